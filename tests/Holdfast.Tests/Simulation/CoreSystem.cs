using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Orders.Core;
using Holdfast.Promotions.Core;

namespace Holdfast.Tests.Simulation;

/// <summary>A system that a simulation can drive.</summary>
public interface ISystem
{
    /// <summary>
    /// Whether it looks before it locks. Then an order in whose way there are several things may be refused for one that was seen at first
    /// sight, although the rules name another first.
    /// </summary>
    bool LooksFirst { get; }

    Task<Answer?> DoAsync(Step step);

    /// <summary>Live uses of each code, and what each account can spend now.</summary>
    Task<(IReadOnlyList<long> Uses, IReadOnlyList<long> Points)> PromisedAsync();

    /// <summary>On hand and reserved, by item.</summary>
    Task<IReadOnlyList<(long OnHand, long Reserved)>> StockAsync();
}

/// <summary>The pure core over books in memory: what the shell does with a database, done with dictionaries.</summary>
public sealed class CoreSystem : ISystem
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly Guid _store = Guid.Parse("01900000-0000-7000-8000-0000000000aa");
    private readonly Guid[] _variants = [.. Enumerable.Range(1, Steps.Items).Select(i => new Guid(i, 0, 0, new byte[8]))];
    private readonly Dictionary<Guid, StockRow> _stock;
    private readonly Dictionary<Guid, VariantFacts> _facts;
    private readonly Dictionary<Guid, OrderAggregate> _orders = [];
    private readonly Dictionary<Guid, Answer> _keys = [];
    private readonly Dictionary<(Guid, string), long> _purchases = [];
    private readonly Dictionary<PaymentKey, RecordedPayment> _payments = [];
    private readonly Dictionary<(Guid Code, string Buyer), long> _uses = [];
    private readonly List<LedgerRow> _ledger = [];
    private readonly Dictionary<Guid, PointsRow> _points = [];
    private readonly LoyaltyProgram _program;
    private readonly List<DiscountCode> _codes;
    private DateTime _now = Start;

    public CoreSystem()
    {
        _stock = Enumerable.Range(0, Steps.Items)
            .ToDictionary(i => _variants[i], i => new StockRow(_variants[i], _store, _store, Steps.Stock[i], 0, null, 1, 0));
        _facts = Enumerable.Range(0, Steps.Items).ToDictionary(i => _variants[i],
            i => new VariantFacts(_variants[i], _store, _store, $"Item {i}", $"SKU-{i}", Steps.Prices[i], Steps.Limits[i], true));
        _program = new LoyaltyProgram(_store, Steps.AmountPerPoint, Steps.PointValue, (int)Steps.PointsLast.TotalDays);
        _codes = [.. Steps.Codes.Select((c, i) => new DiscountCode
        {
            Id = new Guid(i, 9, 0, new byte[8]), StoreId = _store, Code = c.Name, CodeKey = c.Name, Kind = c.Kind == "fixed"
                ? DiscountKind.Fixed : DiscountKind.Percent, Value = c.Value,
            UsageLimit = c.Limit, UsageLimitPerCustomer = c.LimitPerBuyer,
        })];
        foreach (var account in Steps.Accounts.OfType<Guid>())
        {
            _points[account] = new PointsRow(account, _store, Steps.PointsAtFirst, 1, null);
            _ledger.Add(new LedgerRow(account, _store, Steps.PointsAtFirst, PointsReasons.Adjusted, null, null));
        }
    }

    public bool LooksFirst => false;

    public Task<IReadOnlyList<(long OnHand, long Reserved)>> StockAsync() =>
        Task.FromResult<IReadOnlyList<(long, long)>>([.. _variants.Select(v => (_stock[v].OnHand, _stock[v].Reserved))]);

    public Task<(IReadOnlyList<long> Uses, IReadOnlyList<long> Points)> PromisedAsync()
    {
        var points = Points();
        return Task.FromResult<(IReadOnlyList<long>, IReadOnlyList<long>)>(
            ([.. _codes.Select(c => c.Used)], [.. Steps.Accounts.OfType<Guid>().Select(a => points.Balance(a, _store))]));
    }

    public Task<Answer?> DoAsync(Step step) => Task.FromResult(Do(step));

    private Answer? Do(Step step)
    {
        _now = _now.AddMilliseconds(1);
        switch (step)
        {
            case JumpStep jump:
                _now += jump.By;
                return null;
            case CrashStep:
                return null;
            case SweepStep:
                foreach (var id in _orders.Where(o => o.Value.Order.IsOverdue(_now)).Select(o => o.Key).ToList())
                {
                    Change(new ExpireCommand(id, _store, "system"));
                }

                return null;
            case PlaceStep place:
                return _keys.TryGetValue(place.Key, out var known) ? known : Place(place);
            default:
                return Change(Command(step, _store, _variants));
        }
    }

    public static OrderCommand Command(Step step, Guid store, IReadOnlyList<Guid> variants) => step switch
    {
        PayStep p =>
            new PayCommand(p.OrderId, store, "admin", Guid.CreateVersion7(), "bank", p.Transaction, p.Amount, "VND", null, null, null),
        CancelStep c => new CancelCommand(c.OrderId, store, "admin", null) { ByStore = true, Lines = Lines(c.Line, variants) },
        ShipStep s => new ShipCommand(s.OrderId, store, "admin", Guid.CreateVersion7(), Lines(s.Line, variants), null, null),
        DeliverStep d => new DeliverCommand(d.OrderId, store, "admin", Guid.CreateVersion7()),
        ReturnStep r => new ReturnCommand(r.OrderId, store, "admin", Guid.CreateVersion7(), Lines(r.Line, variants), r.Restock),
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    private static StockLine[]? Lines((int Item, long Quantity)? line, IReadOnlyList<Guid> variants) =>
        line is { } one ? [new StockLine(variants[one.Item], one.Quantity)] : null;

    public static PlaceCommand Command(PlaceStep place, Guid store, IReadOnlyList<Guid> variants) => new()
    {
        OrderId = place.OrderId,
        Number = "N",
        StoreId = store,
        Lines = [.. place.Lines.GroupBy(l => l.Item).Select(g => new StockLine(variants[g.Key], g.Sum(l => l.Quantity)))],
        CustomerId = Steps.Accounts[Array.IndexOf(Steps.Buyers, place.Buyer)],
        DiscountKey = place.Code is { } code ? Steps.Codes[code].Name : null,
        RedeemPoints = place.Points,
        Email = place.Buyer,
        EmailKey = place.Buyer,
        DeliveryAddress = "\"here\"",
        ContactPhone = "1",
        PaymentMethod = Names.Method(place.Method),
        Actor = "guest",
    };

    private Answer Place(PlaceStep place)
    {
        var stores = new Dictionary<Guid, StoreFacts> { [_store] = new(_store, "VND", "UTC", [], null) };
        var books = new PlacementBooks
        {
            Stores = stores,
            Variants = _facts,
            Stock = new StockBook(_stock.Values),
            Purchases = Purchases(),
            Discounts = Discounts(),
            Points = Points(),
            Programs = new Dictionary<Guid, LoyaltyProgram> { [_store] = _program },
        };
        var command = Command(place, _store, _variants);
        var decided = PlacementRules.Decide(command, command.CustomerId ?? _store, books, new OrderOptions(), _now);
        if (!decided.IsOk)
        {
            return Answer.Refused(place.OrderId, decided.Error!.Code);
        }

        Close(books.Stock, books.Purchases, books.Discounts, books.Points!);
        _orders.Add(place.OrderId, new OrderAggregate(decided.Value, [], []));
        return _keys[place.Key] = Tell(decided.Value);
    }

    private Answer Change(OrderCommand command)
    {
        if (!_orders.TryGetValue(command.OrderId, out var old))
        {
            return Answer.Refused(command.OrderId, "not_found");
        }

        var file = new OrderAggregate(old.Order, old.Payments, old.Refunds);
        var books = new LifecycleBooks
        {
            Files = new Dictionary<Guid, OrderAggregate> { [command.OrderId] = file },
            Stock = new StockBook(_stock.Values),
            Purchases = Purchases(),
            Discounts = Discounts(),
            Points = Points(),
            Limits = _facts.Values.Where(f => f.PurchaseLimit is not null).ToDictionary(f => f.Id, f => f.PurchaseLimit!.Value),
            Payments = new PaymentBook(_payments),
            Holds = HoldBook.Empty,
        };
        if (LifecycleRules.Decide(command, file, books, _now) is { } refusal)
        {
            return Answer.Refused(command.OrderId, refusal.Code);
        }

        Close(books.Stock, books.Purchases, books.Discounts, books.Points);
        _orders[command.OrderId] = file;
        foreach (var (key, payment) in books.Payments.Added)
        {
            _payments[key] = payment;
        }

        return Tell(file.Order);
    }

    private PurchaseBook Purchases() => new(_purchases.Select(p => (p.Key.Item1, p.Key.Item2, p.Value)));

    private DiscountBook Discounts() => new(_codes, _uses.Select(u => (u.Key.Code, u.Key.Buyer, u.Value)));

    /// <summary>As the shell opens it: with what has lapsed by now.</summary>
    private PointsBook Points()
    {
        var book = new PointsBook([_program], _points.Values);
        foreach (var entry in book.Entries)
        {
            var mine = _ledger.Where(r => r.CustomerId == entry.Read.CustomerId).ToList();
            book.Settle(entry, mine.Select(r => Expiring(r, mine)), _now);
        }

        book.Note(_ledger);
        return book;
    }

    private static ExpiringPoints Expiring(LedgerRow row, List<LedgerRow> ledger)
    {
        var lasts = row.Reason == PointsReasons.Returned ? ledger.Single(e => e.OrderId == row.OrderId && e.Reason == PointsReasons.Earned)
            .ExpiresAt : row.ExpiresAt;
        var isDebit = row.Reason is not (PointsReasons.Earned or PointsReasons.Returned)
            && !(row.Reason == PointsReasons.Adjusted && row.Delta > 0);
        return new ExpiringPoints(row.CustomerId, row.StoreId, lasts, lasts is null ? 0 : row.Delta, isDebit ? -row.Delta : 0);
    }

    private void Close(StockBook stock, PurchaseBook purchases, DiscountBook discounts, PointsBook points)
    {
        foreach (var use in discounts.Uses)
        {
            _uses[(use.CodeId, use.Buyer)] = _uses.GetValueOrDefault((use.CodeId, use.Buyer)) + use.Delta;
        }

        for (var i = 0; i < _codes.Count; i++)
        {
            _codes[i] = _codes[i] with { Used = discounts.Used(_codes[i].Id) };
        }

        _ledger.AddRange(
            points.Movements.Select(m =>
            new LedgerRow(m.Entry.Read.CustomerId, m.Entry.Read.StoreId, m.Delta, m.Reason, m.OrderId, m.ExpiresAt)));
        foreach (var entry in points.Entries)
        {
            _points[entry.Read.CustomerId] = entry.Read with { Balance = entry.Balance, Movements = entry.Movements };
        }

        foreach (var e in stock.Entries.Where(e => e.IsChanged))
        {
            _stock[e.Read.VariantId] = e.Read with { OnHand = e.OnHand, Reserved = e.Reserved, Movements = e.Movements };
        }

        foreach (var (variant, buyer, quantity) in purchases.Changed)
        {
            _purchases[(variant, buyer)] = quantity;
        }
    }

    private static Answer Tell(Order o) => new(o.Id, null, Names.Of(o.Status), o.AmountPaid, o.RefundDue);
}

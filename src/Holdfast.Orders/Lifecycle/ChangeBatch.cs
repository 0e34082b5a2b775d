using Holdfast.Inventory.Core;
using Holdfast.Inventory.Storage;
using Holdfast.Loyalty.Core;
using Holdfast.Loyalty.Storage;
using Holdfast.Orders.Core;
using Holdfast.Orders.Events;
using Holdfast.Orders.Placement;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders.Lifecycle;

/// <summary>
/// One batch of changes: load (claim keys, lock orders, then stock, then read the clock), decide
/// (<see cref="Holdfast.Orders.Core.LifecycleRules"/>), save.
/// </summary>
internal sealed partial class ChangeBatch
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly Tx _tx;
    private readonly ILogger _log;
    private readonly IReadOnlyList<ChangeRequest> _requests;
    private readonly bool[] _answered;
    private readonly HashSet<Guid> _claimed = [];
    private readonly Dictionary<Guid, int> _doneByKey = [];
    private readonly List<int> _accepted = [];
    private LifecycleBooks _books = null!;
    private DateTime _now;

    public ChangeBatch(Tx tx, ILogger log, IReadOnlyList<ChangeRequest> requests)
    {
        (_tx, _log, _requests) = (tx, log, requests);
        _answered = new bool[requests.Count];
        Outcomes = new Result<ChangeResult>[requests.Count];
    }

    /// <summary>One per command, in order.</summary>
    public Result<ChangeResult>[] Outcomes { get; }

    /// <summary>The orders that were pending before this batch and are not after it.</summary>
    public IReadOnlyList<Guid> NoLongerPending =>
        [.. _books.Files.Values.Where(f => f.Read.Status == OrderStatus.Pending && f.Order.Status != OrderStatus.Pending)
        .Select(f => f.Order.Id)];

    public async Task LoadAsync()
    {
        var participants = _requests.SelectMany(c => c.Command.Participants).ToList();
        var batch = _tx.Batch();
        var claimed = Claim(batch);
        if (participants.Count > 0)
        {
            await batch.RunAsync();
            await CommitParticipant.LoadAllAsync(_tx, participants, r => r.Rank < LockRank.Orders);
        }

        var store = OrderStore.Load(batch, _requests.Select(c => c.Command));
        var now = batch.Now();
        await batch.RunAsync();
        _now = now.Rows[0];
        _claimed.UnionWith(claimed.Rows);
        await AnswerReplaysAsync();

        var files = store.Files();
        await LoadStockAsync(files, store.Payments(), participants);
    }

    /// <summary>Judges the commands in the order of their arrival. False when nothing is to be written.</summary>
    public bool Decide()
    {
        for (var i = 0; i < _requests.Count; i++)
        {
            if (_answered[i])
            {
                continue;
            }

            var (command, key, _) = _requests[i];
            if (key is not null && _doneByKey.TryGetValue(key.Hash, out var first))
            {
                Answer(i, _requests[first].Key!.Fingerprint.AsSpan().SequenceEqual(key.Fingerprint)
                    ? Outcomes[first].Value with { Replayed = true } : Errors.IdempotencyKeyReused);
            }
            else if (_books.Files.TryGetValue(command.OrderId, out var file))
            {
                Answer(i, Judge(i, file));
            }
            else
            {
                Answer(i, Errors.NotFound);
            }
        }

        return _accepted.Count > 0;
    }

    /// <summary>Writes what changed, in one round trip.</summary>
    public async Task SaveAsync()
    {
        var batch = _tx.Batch();
        var events = new EventLog();
        OrderStore.Save(_books.Files.Values.Where(f => f.IsChanged).ToList(), batch, events, _now);
        SaveKeys(batch);
        PurchaseCountTable.Save(_books.Purchases, batch);
        DiscountStore.Save(_books.Discounts, batch, _now);
        PointsStore.Save(_books.Points, batch, _now);
        var accepted = _accepted.ToHashSet();
        for (var i = 0; i < _requests.Count; i++)
        {
            var command = _requests[i].Command;
            CommitParticipant.SaveAll(batch, command.Participants, accepted.Contains(i) ? _books.Files[command.OrderId].Order : null);
        }

        await StockStore.SaveAsync(_books.Stock, _tx, batch, events, _now, "system");
        events.Save(batch);
        await batch.RunAsync();
    }

    /// <summary>
    /// Decides one command. When it is refused, or a rule fails, all that it has changed is taken back, so that its neighbours are judged
    /// as if it had not been there. What is kept of an accepted one is noted last, after everything that can fail.
    /// </summary>
    private Result<ChangeResult> Judge(int i, OrderAggregate file)
    {
        var (command, key, _) = _requests[i];
        var (savepoint, books, participants) = (file.Savepoint(), _books.Savepoint(), new ParticipantDecisions(command.Participants));
        Error? refusal;
        try
        {
            refusal = LifecycleRules.Decide(command, file, _books, _now) ?? participants.Decide(file.Order, _now);
            if (refusal is null)
            {
                var changed = new ChangeResult(OrderJson.Write(file.Order), file.Order.Version, Replayed: false);
                _accepted.Add(i);
                if (key is not null)
                {
                    _doneByKey[key.Hash] = i;
                }

                return changed;
            }
        }
        catch (Exception e)
        {
            _log.LogError(e, "Deciding {Command} failed", command.GetType().Name);
            refusal = Errors.Internal;
        }

        participants.Undo();
        file.Undo(savepoint);
        _books.Undo(books);
        return refusal;
    }

    /// <summary>Stock rows are locked only when a command may touch them: a confirmation never waits for a hot item.</summary>
    private async Task LoadStockAsync(Dictionary<Guid, OrderAggregate> files, PaymentBook payments, List<CommitParticipant> participants)
    {
        var needed = _requests.Any(c => files.TryGetValue(c.Command.OrderId, out var file)
            && LifecycleRules.NeedsStock(c.Command, file.Order, _now + Soon));
        var lines = needed ? files.Values.SelectMany(f => f.Order.Lines).ToList() : [];
        IReadOnlyList<StockRow> stock = [];
        IEnumerable<(Guid, string, long)> purchases = [];
        var limits = new Dictionary<Guid, int>();
        var discounts = DiscountBook.Empty;
        await CommitParticipant.LoadAllAsync(_tx, participants, r => r.Rank is >= LockRank.Orders and < LockRank.Stock);
        if (needed)
        {
            var batch = _tx.Batch();
            var rows = StockStore.Load(batch, lines.Select(l => l.VariantId).Distinct().Order().ToArray());
            var limited = files.Values.SelectMany(f => f.Order.Lines.Where(l => l.Limited)
                .SelectMany(l => f.Order.BuyerKeys.Select(key => (l.VariantId, key)))).Distinct().ToList();
            var counts = limited.Count == 0 ? null : PurchaseCountTable.Load(batch, limited);
            var limit = limited.Count == 0 ? null
                : batch.Query("SELECT id, purchase_limit FROM variants WHERE id {in $1} AND purchase_limit IS NOT NULL",
                r => (r.Uuid(0), r.Int(1)), limited.Select(l => l.VariantId).Distinct().ToArray());
            var coded = files.Values.Where(f => f.Order.DiscountId is not null).Select(f => f.Order).ToList();
            var codes = coded.SelectMany(o => o.Discounts.Select(d => d.Id)).Distinct().Order().ToArray();
            var code = codes.Length == 0 ? null : DiscountStore.Load(batch, codes);
            var uses = codes.Length == 0 ? null : DiscountStore.Uses(batch, codes,
                coded.SelectMany(o => new[] { o.BuyerKey, o.PhoneKey }).OfType<string>().Distinct().ToArray());
            var now = batch.Now();
            await batch.RunAsync();
            (stock, _now) = (rows.Rows, now.Rows[0]);
            discounts = code is null ? discounts : new DiscountBook(code.Rows, uses!.Rows);
            purchases = counts?.Rows ?? purchases;
            limits = limit?.Rows.ToDictionary(l => l.Item1, l => l.Item2) ?? limits;
        }

        await CommitParticipant.LoadAllAsync(_tx, participants, r => r.Rank >= LockRank.Stock);
        var points = await LoadPointsAsync(files);
        var stockBook = new StockBook(stock);
        _books = new LifecycleBooks
        {
            Files = files,
            Stock = stockBook,
            Purchases = new PurchaseBook(purchases),
            Discounts = discounts,
            Points = points,
            Limits = limits,
            Payments = payments,
            Holds = await StockStore.HoldsAsync(stockBook, _tx),
        };
    }

    /// <summary>The accounts whose points may move. An account is made by its first points only.</summary>
    private async Task<PointsBook> LoadPointsAsync(Dictionary<Guid, OrderAggregate> files)
    {
        var orders = _requests.Where(c => files.TryGetValue(c.Command.OrderId, out var file)
            && LifecycleRules.NeedsPoints(c.Command, file.Order, _now + Soon))
            .Select(c => files[c.Command.OrderId].Order).ToList();
        if (orders.Count == 0)
        {
            return PointsBook.Empty;
        }

        var batch = _tx.Batch();
        var programs = PointsStore.Programs(batch, orders.Select(o => o.StoreId).Distinct().ToArray());
        await batch.RunAsync();
        var earning = programs.Rows.Where(p => p.AmountPerPoint > 0).Select(p => p.StoreId).ToHashSet();
        var accounts = orders.Where(o => earning.Contains(o.StoreId) || o.RedeemedPoints > 0 || o.EarnedPoints > 0)
            .Select(o => (o.CustomerId, o.StoreId)).Distinct().ToList();
        if (accounts.Count == 0)
        {
            return PointsBook.Empty;
        }

        // The clock is read after the last lock.
        (var points, _now) = await PointsStore.LoadAsync(_tx, accounts, claim: true);
        if (orders.Exists(o => points.Program(o.StoreId) is { AmountPerPoint: > 0 } && !earning.Contains(o.StoreId)))
        {
            throw new StaleRowException("loyalty_programs: the store has one by now");
        }
        var replayed = orders.Where(o => o.EarnedPoints > 0 || o.RedeemedPoints > 0).Select(o => (o.CustomerId, o.StoreId)).Distinct()
            .ToList();
        if (replayed.Count > 0)
        {
            await PointsStore.ReadLedgersAsync(_tx, points, replayed);
        }

        return points;
    }

    private void Answer(int index, Result<ChangeResult> outcome)
    {
        Outcomes[index] = outcome;
        _answered[index] = true;
    }
}

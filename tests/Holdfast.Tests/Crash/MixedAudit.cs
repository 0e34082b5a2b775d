using System.Text.Json;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Crash;

/// <summary>
/// Compares the receipts of a <see cref="MixedLoad"/> with what the tables hold: all that was acknowledged is there once, and nothing else
/// is. No client must be at work any more.
/// </summary>
internal sealed class MixedAudit
{
    private const string OrdersSql =
        "SELECT id, customer_email, status, subtotal, total, amount_paid, external_id FROM orders WHERE store_id = $1";
    private const string LinesSql =
        "SELECT l.order_id, l.variant_id, l.quantity, l.unit_price FROM order_lines l JOIN orders o ON o.id = l.order_id "
        + "WHERE o.store_id = $1";
    private const string HeldSql =
        "SELECT l.reservation_id, l.variant_id, l.quantity FROM reservation_lines l JOIN reservations r ON r.id = l.reservation_id "
        + "WHERE r.store_id = $1";
    private const string PaidSql = "SELECT transaction_id, order_id, amount FROM payment_transactions WHERE store_id = $1";
    private const string EventsSql = "SELECT subject, sequence, type FROM events WHERE store_id = $1 ORDER BY subject, sequence";
    // The first movement of a variant is what there was at the beginning.
    private const string MovedSql = "SELECT reference, variant_id, on_hand_delta FROM stock_movements "
        + "WHERE store_id = $1 AND reason IN ('adjustment', 'receipt') AND sequence > 1";

    // The first movement of an account is what it had at the beginning.
    private const string PointsSql =
        "SELECT customer_id, note, delta FROM points_movements WHERE store_id = $1 AND sequence > 1";

    private static readonly JsonSerializerOptions Shown = new() { IncludeFields = true };

    private sealed record Line(Guid Subject, Guid Variant, long Quantity, long Price);

    private sealed record FoundOrder(Guid Id, string Email, string Status, long Subtotal, long Total, long Paid, string? ExternalId);

    private readonly Db _db;
    private readonly MixedLoad _load;
    private readonly Guid _store;
    private readonly List<Exchange> _done;
    private readonly ILookup<string, Exchange> _byPath;

    public MixedAudit(Db db, MixedLoad load)
    {
        (_db, _load, _store) = (db, load, load.Shop.StoreId);
        // Who clicked twice has two receipts, and they are equal.
        _done = [.. load.Client.Done.DistinctBy(d => (d.Path, d.Key))];
        _byPath = _done.ToLookup(d => d.Path);
    }

    private IEnumerable<Exchange> Placed => _done.Where(d => d.Path is "/orders" or "/orders/from-cart");

    private IEnumerable<Exchange> Reserved => _done.Where(d => d.Path == "/inventory/reservations");

    public async Task RunAsync(long stock)
    {
        Assert.Empty(_load.Client.Wrong);
        await Until.TrueAsync("what was to expire has expired", async () => await _load.Shop.CountAsync(
            "SELECT COUNT(*) FROM reservations WHERE store_id = $1 AND status = 'active' AND expires_at < now() + interval '1 minute'",
            _store) == 0);
        await OrdersAsync();
        await PaymentsAsync();
        await ReservationsAsync();
        await StockAsync(stock);
        await PointsAsync();
        await EventsAsync();
        await RepeatAsync();
        await Audit.VerifyAsync(_db);
        await HandedOnAsync();
    }

    private async Task OrdersAsync()
    {
        var found = await _db.ReadAsync(s => s.QueryAsync(OrdersSql,
            r => new FoundOrder(r.Uuid(0), r.Text(1), r.Text(2), r.Long(3), r.Long(4), r.Long(5), r.TextOrNull(6)), _store));
        AssertSame(Placed.Select(p => new FoundOrder(p.Id, MixedLoad.Email(p.Key!), Status(p), Amount(p, "subtotal"), Amount(p, "total"),
            Paid(p), p.Asked["externalId"]?.GetValue<string>())), found);

        var lines = await _db.ReadAsync(s => s.QueryAsync(LinesSql, r => new Line(r.Uuid(0), r.Uuid(1), r.Long(2), r.Long(3)), _store));
        AssertSame(Placed.SelectMany(ToldLines), lines);
        AssertSame(Placed.SelectMany(AskedLines), lines);
        Assert.All(Placed, p => Assert.Equal(ToldLines(p).Sum(l => l.Quantity * l.Price), Amount(p, "subtotal")));

        // Each request with a key is one key: refused ones leave none.
        Assert.Equal(_done.Count, await _load.Shop.CountAsync("SELECT COUNT(*) FROM idempotency_keys"));
    }

    private async Task PaymentsAsync()
    {
        var payments = await _db.ReadAsync(s => s.QueryAsync(PaidSql, r => (r.Text(0), r.Uuid(1), r.Long(2)), _store));
        AssertSame(_done.Where(d => Is(d, "payments")).Select(d => (d.Key!, Subject(d), d.Asked["amount"]!.GetValue<long>())), payments);
    }

    private async Task ReservationsAsync()
    {
        var found = await _db.ReadAsync(s => s.QueryAsync("SELECT id, reference, status FROM reservations WHERE store_id = $1",
            r => (r.Uuid(0), r.Text(1), r.Text(2)), _store));
        AssertSame(Reserved.Select(r => (r.Id, r.Key!, ReservationStatus(r))), found);
        var lines = await _db.ReadAsync(s => s.QueryAsync(HeldSql, r => new Line(r.Uuid(0), r.Uuid(1), r.Long(2), 0), _store));
        AssertSame(Reserved.SelectMany(AskedReservation), lines);
    }

    private async Task StockAsync(long stock)
    {
        var moved = await _db.ReadAsync(s => s.QueryAsync(MovedSql, r => (r.Text(0), r.Uuid(1), r.Long(2)), _store));
        var told = _done.Where(d => Is(d, "adjustments") && !IsPoints(d))
            .Select(d => (d.Key!, Subject(d), (long)d.Asked["delta"]!.GetValue<int>()))
            .Concat(_done.Where(d => Is(d, "receipts")).Select(d => (d.Key!, Subject(d), (long)d.Asked["quantity"]!.GetValue<int>())));
        AssertSame(told, moved);

        var balances = await _db.ReadAsync(s => s.QueryAsync("SELECT variant_id, on_hand, reserved FROM stock WHERE store_id = $1",
            r => (r.Uuid(0), r.Long(1), r.Long(2)), _store));
        var gone = Reserved.Where(r => ReservationStatus(r) == "committed").SelectMany(AskedReservation)
            .ToLookup(l => l.Variant, l => l.Quantity);
        var held = Reserved.Where(r => ReservationStatus(r) == "active").SelectMany(AskedReservation)
            .Concat(Placed.Where(p => Status(p) != "cancelled").SelectMany(ToldLines)).ToLookup(l => l.Variant, l => l.Quantity);
        var changes = moved.ToLookup(m => m.Item2, m => m.Item3);
        AssertSame(_load.Shop.Variants.Select(v => (v, stock + changes[v].Sum() - gone[v].Sum(), held[v].Sum())), balances);
    }

    private async Task PointsAsync()
    {
        var given = _done.Where(IsPoints).Select(d => (Member: Subject(d), Key: d.Key!, Points: (long)d.Asked["points"]!.GetValue<int>()))
            .ToList();
        AssertSame(given, await _db.ReadAsync(s => s.QueryAsync(PointsSql, r => (r.Uuid(0), r.Text(1), r.Long(2)), _store)));
        var balances = await _db.ReadAsync(s => s.QueryAsync("SELECT customer_id, balance FROM points_accounts WHERE store_id = $1",
            r => (r.Uuid(0), r.Long(1)), _store));
        AssertSame(_load.Accounts.Select(m => (m, MixedLoad.Points + given.Where(g => g.Member == m).Sum(g => g.Points))), balances);
    }

    /// <summary>Each change of an order or a reservation is told once, in its order.</summary>
    private async Task EventsAsync()
    {
        var events = await _db.ReadAsync(s => s.QueryAsync(EventsSql,
            r => (Subject: r.Uuid(0), Sequence: r.Int(1), Type: r.Text(2)), _store));
        Assert.All(events.GroupBy(e => e.Subject), g => Assert.Equal(Enumerable.Range(1, g.Count()), g.Select(e => e.Sequence)));
        var told = Placed.Select(p => (p.Id, string.Join(' ', OrderEvents(p))))
            .Concat(Reserved.Select(r => (r.Id, string.Join(' ', ReservationEvents(ReservationStatus(r))))));
        AssertSame(told, events.Where(e => !_load.Shop.Variants.Contains(e.Subject)).GroupBy(e => e.Subject)
            .Select(g => (g.Key, string.Join(' ', g.Select(e => e.Type)))));
    }

    /// <summary>Some of what was sent, sent again with its key, gets the first answer byte for byte.</summary>
    private async Task RepeatAsync()
    {
        const int Most = 150;
        var some = _done.Skip(Math.Max(0, _done.Count - Most));
        await Parallel.ForEachAsync(some, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (first, _) =>
        {
            var again = await _load.Client.AgainAsync(first);
            Assert.True(again.Replayed && again.Status == first.Status && again.Text == first.Text,
                $"{first.Key}: first {first.Text}, then {again.Status} {again.Text}");
        });
    }

    private async Task HandedOnAsync()
    {
        await Until.TrueAsync("the outbox is empty", async () => await _load.Shop.CountAsync("SELECT COUNT(*) FROM outbox") == 0);
        Assert.Equal(Placed.Count(), await _load.Shop.CountAsync(
            "SELECT COALESCE(CAST(SUM(orders) AS bigint), 0) FROM order_statistics WHERE store_id = $1", _store));
    }

    private IEnumerable<string> OrderEvents(Exchange placed)
    {
        yield return "order.created";
        if (IsCash(placed))
        {
            yield return "order.confirmed";
        }

        var paid = 0L;
        foreach (var payment in _byPath[$"/orders/{placed.Id}/payments"].OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            yield return "payment.succeeded";
            paid += payment.Asked["amount"]!.GetValue<long>();
            if (paid == Amount(placed, "total"))
            {
                yield return "order.confirmed";
            }
        }

        if (IsCancelled(placed))
        {
            yield return "order.cancelled";
        }
    }

    private static string[] ReservationEvents(string status) => status switch
    {
        "active" => ["inventory.reserved"],
        "released" or "expired" => ["inventory.reserved", "inventory.released"],
        _ => ["inventory.reserved", "inventory.committed"],
    };

    private string Status(Exchange placed) => IsCancelled(placed) ? "cancelled"
        : IsCash(placed) || Paid(placed) == Amount(placed, "total") ? "confirmed" : "pending";

    private bool IsCancelled(Exchange placed) => _byPath.Contains($"/orders/{placed.Id}/cancel");

    private static bool IsCash(Exchange placed) => placed.Asked["paymentMethod"]!.GetValue<string>() == "cash_on_delivery";

    private long Paid(Exchange placed) => _byPath[$"/orders/{placed.Id}/payments"].Sum(d => d.Asked["amount"]!.GetValue<long>());

    private string ReservationStatus(Exchange reserved) => _byPath.Contains($"/inventory/reservations/{reserved.Id}/commit") ? "committed"
        : _byPath.Contains($"/inventory/reservations/{reserved.Id}/release") ? "released"
        : reserved.Asked["ttlSeconds"]!.GetValue<int>() == 1 ? "expired" : "active";

    private static IEnumerable<Line> ToldLines(Exchange placed) => placed.Answer.GetProperty("lines").EnumerateArray()
        .Select(l => new Line(placed.Id, l.GetProperty("variantId").GetGuid(), Amount(l, "quantity"), Amount(l, "unitPrice")));

    /// <summary>As the request had them; those of a cart, as they are told.</summary>
    private IEnumerable<Line> AskedLines(Exchange placed) => placed.Asked["lines"] is not { } lines ? ToldLines(placed)
        : lines.AsArray().Select(l => new Line(placed.Id, l!["variantId"]!.GetValue<Guid>(), l["quantity"]!.GetValue<long>(), 0))
            .Select(l => l with { Price = 1000 * (_load.Shop.Variants.ToList().IndexOf(l.Variant) + 1) });

    private static IEnumerable<Line> AskedReservation(Exchange reserved) => reserved.Asked["lines"]!.AsArray()
        .Select(l => new Line(reserved.Id, l!["variantId"]!.GetValue<Guid>(), l["quantity"]!.GetValue<int>(), 0));

    private static long Amount(Exchange placed, string name) => Amount(placed.Answer, name);

    private static long Amount(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private static bool Is(Exchange done, string what) => done.Path.EndsWith($"/{what}", StringComparison.Ordinal);

    private static bool IsPoints(Exchange done) => done.Path.StartsWith("/loyalty/", StringComparison.Ordinal);

    private static Guid Subject(Exchange done) => Guid.Parse(done.Path.Split('/')[2]);

    private static void AssertSame<T>(IEnumerable<T> told, IEnumerable<T> found)
    {
        var (expected, actual) = (told.ToList(), found.ToList());
        var missing = expected.Except(actual).Take(5).ToList();
        var unasked = actual.Except(expected).Take(5).ToList();
        Assert.True(missing.Count + unasked.Count == 0, $"acknowledged and not there: {JsonSerializer.Serialize(missing, Shown)}\n"
            + $"there and not acknowledged: {JsonSerializer.Serialize(unasked, Shown)}");
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(actual.Count, actual.Distinct().Count());
    }
}

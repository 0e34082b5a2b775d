using Holdfast.Commands.Olist;
using Holdfast.Commands.Olist.Core;
using Holdfast.Commands.Shop;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Olist;

/// <summary>The real orders through the real engine over HTTP; a part of them, for time's sake.</summary>
[Slow]
public abstract class OlistReplayTests(Backend backend)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_total_payment_and_status_is_as_recorded_and_a_second_run_changes_nothing()
    {
        await using var server = await TestServer.StartAsync(backend);
        var (data, plan) = await TakeAsync(skip: 0, count: 400);
        await ImportAsync(server, data, plan);
        var first = await ReplayAsync(server, plan);
        Assert.Empty(first.Examples());
        Assert.Equal((plan.Orders.Count, 0, 0, 0), (first.Placed, first.PlacedBefore, first.Refused, first.Deviations));
        var total = plan.Counts.Items + plan.Counts.Freight - plan.Counts.PaidBelow - plan.Counts.VoucherCodes;
        Assert.True(plan.Counts.VoucherCodes > 0);
        Assert.Equal((total, total), (first.Expected, first.Engine));
        Assert.Equal(Payments(plan), await PaymentsAsync(server));
        Assert.Contains(Payments(plan), p => p.Installments > 1);
        Assert.True(first.RefundDue > 0);
        Assert.Contains("delivered", first.Statuses(), StringComparison.Ordinal);
        Assert.Contains("cancelled", first.Statuses(), StringComparison.Ordinal);

        var events = await EventsAsync(server);
        var second = await ReplayAsync(server, plan);
        Assert.Equal((plan.Orders.Count, plan.Orders.Count, 0), (second.Placed, second.PlacedBefore, second.Deviations));
        Assert.Equal(first.Engine, second.Engine);
        Assert.Equal(events, await EventsAsync(server));

        // The keys are kept for a day; after that the orders are found by their external ids.
        await server.Db.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM idempotency_keys"));
        var third = await ReplayAsync(server, plan);
        Assert.Empty(third.Examples());
        Assert.Equal((plan.Orders.Count, plan.Orders.Count, 0), (third.Placed, third.PlacedBefore, third.Deviations));
        Assert.Equal(events, await EventsAsync(server));
        Assert.Equal(Payments(plan), await PaymentsAsync(server));
        await VerifyAsync(server);
    }

    [Fact]
    public async Task Half_of_the_stock_refuses_about_half_and_each_refusal_is_for_want_of_stock()
    {
        await using var server = await TestServer.StartAsync(backend);
        var (data, plan) = await TakeAsync(skip: 1000, count: 300);
        await ImportAsync(server, data, plan);
        var tally = await ReplayAsync(server, plan, 0.5m);
        Assert.Empty(tally.Examples());
        Assert.InRange(tally.Refused, plan.Orders.Count * 0.3, plan.Orders.Count * 0.7);
        Assert.Equal($"insufficient_stock {tally.Refused}", tally.RefusedByCode());
        Assert.Equal(plan.Orders.Count, tally.Placed + tally.Refused);
        Assert.Equal(tally.Expected, tally.Engine);

        // What was cancelled is free again, so that a second run may place more; it lowers nothing again, even when the keys are gone.
        var pieces = await PiecesAsync(server);
        await server.Db.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM idempotency_keys"));
        Assert.Equal(tally.Placed, (await ReplayAsync(server, plan, 0.5m)).PlacedBefore);
        Assert.Equal(pieces, await PiecesAsync(server));
        await VerifyAsync(server);
    }

    [Fact]
    public async Task A_wrong_price_and_a_missing_piece_are_found()
    {
        await using var server = await TestServer.StartAsync(backend);
        var (data, plan) = await TakeAsync(skip: 2000, count: 20);
        await ImportAsync(server, data, plan);
        var (dearer, gone) = (plan.Orders[0].Lines[0].Variant, plan.Orders[10].Lines[0].Variant);
        await server.Db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("UPDATE variants SET price = price + 1 WHERE external_id = $1", dearer);
            await tx.ExecuteAsync("UPDATE variants SET active = $2 WHERE external_id = $1", gone, false);
        });
        var tally = await ReplayAsync(server, plan);
        Assert.True(tally.Engine > tally.Expected);
        Assert.Contains(tally.Examples(), e => e.StartsWith($"{plan.Orders[0].Key}: total must be", StringComparison.Ordinal));
        Assert.Contains(tally.Examples(), e =>
            e.StartsWith($"{plan.Orders[10].Key} was refused: 422 variant_not_for_sale", StringComparison.Ordinal));
    }

    internal static async Task<(OlistData Data, OlistPlan Plan)> TakeAsync(int skip, int count)
    {
        var data = await OlistFiles.ReadAsync(OlistSamples.Folder(), Ct);
        var withItems = data.Items.Select(i => i.OrderId).ToHashSet();
        var orders = data.Orders.Where(o => withItems.Contains(o.Id)).OrderBy(o => o.Id, StringComparer.Ordinal).Skip(skip).Take(count)
            .ToList();
        var ids = orders.Select(o => o.Id).ToHashSet();
        var part = data with
        {
            Orders = orders,
            Items = [.. data.Items.Where(i => ids.Contains(i.OrderId))],
            Payments = [.. data.Payments.Where(p => ids.Contains(p.OrderId))]
        };
        return (part, OlistPlanner.Plan(part));
    }

    internal static Task ImportAsync(TestServer server, OlistData data, OlistPlan plan) =>
        new OlistImport(server.Db, plan, data.Products).RunAsync(new Progress("", 0), Ct);

    internal static async Task<ReplayTally> ReplayAsync(TestServer server, OlistPlan plan, decimal stockFactor = 1)
    {
        using var client = new ShopClient(server.Address,
            _ => Task.FromResult(TestServer.Token(Role.Admin, TestServer.AdminId, "admin@example.com")), 16, TimeSpan.FromSeconds(20));
        var replay = new OlistReplay(client, plan, new ReplayOptions(16, null, stockFactor));
        Assert.Equal(0, await replay.FindVariantsAsync(Ct));
        if (stockFactor < 1)
        {
            Assert.Equal(0, await replay.LowerStockAsync(new Progress("", 0), Ct));
        }

        await replay.RunAsync(new Progress("", 0), Ct);
        return replay.Tally;
    }

    /// <summary>The payments as the data set has them: an instalment of 0 means one.</summary>
    private static List<(string Id, long Amount, string Currency, string? Method, int? Installments)> Payments(OlistPlan plan) =>
        [.. plan.Orders.SelectMany(o =>
        o.Payments.Select(p => ($"{o.Key}:{p.Sequence}", p.Amount, "BRL", (string?)p.Type, (int?)Math.Max(1, p.Installments))))
        .OrderBy(p => p.Item1, StringComparer.Ordinal)];

    private static async Task<List<(string Id, long Amount, string Currency, string? Method, int? Installments)>> PaymentsAsync(
        TestServer server) =>
        [.. (await server.Db.ReadAsync(s =>
        s.QueryAsync("SELECT transaction_id, amount, currency, method, installments FROM payment_transactions",
            r => (Id: r.Text(0), Amount: r.Long(1), Currency: r.Text(2), Method: r.TextOrNull(3), Installments: r.IntOrNull(4))))).OrderBy(
            p => p.Id, StringComparer.Ordinal)];

    private static async Task VerifyAsync(TestServer server)
    {
        await Until.TrueAsync("the outbox is empty",
            async () => await server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM outbox", r => r.Long(0))) == 0);
        await Audit.VerifyAsync(server.Db);
    }

    private static Task<long> PiecesAsync(TestServer server) =>
        server.Db.ReadAsync(s =>
        s.FirstAsync("SELECT SUM(on_hand_delta) FROM stock_movements WHERE reason IN ('receipt', 'adjustment')", r => r.Long(0)));

    private static Task<long> EventsAsync(TestServer server) =>
        server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM events", r => r.Long(0)));
}

public sealed class OlistReplay_on_sqlite() : OlistReplayTests(Backend.Sqlite);

public sealed class OlistReplay_on_postgresql() : OlistReplayTests(Backend.Postgres);

using System.Text.Json.Nodes;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Orders that take a stand-alone reservation over.</summary>
public abstract class ReservationTakeOverTests(Backend backend) : IAsyncLifetime
{
    private TestServer? _server;

    private TestServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(backend);

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<Guid> ReserveAsync(Shop shop, params (int Index, long Quantity)[] lines)
    {
        var (status, answer, _) = await Shop.PostAsync(Server.Staff(shop.StoreId), "/inventory/reservations",
            new JsonObject { ["lines"] = shop.Body(lines)["lines"]!.DeepClone() });
        Assert.True(status == 201, answer.ToString());
        return answer.GetProperty("id").GetGuid();
    }

    [Fact]
    public async Task Nobody_is_blocked_by_their_own_hold_and_it_is_taken_over_once()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5, 5);
        var reservation = await ReserveAsync(shop, (0, 5), (1, 2));
        Assert.Equal(409, (await shop.OrderAsync(Server.Guest)).Status);
        var body = shop.Body((0, 4), (1, 3));
        body["reservationId"] = reservation;
        var (_, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", body);
        Assert.True(quote.GetProperty("canBePlaced").GetBoolean());

        // Four of the five held pieces, both of the other, and one more; what is left over of the hold is free.
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.OrderAsync(Server.Admin, (JsonObject)body.DeepClone())));
        Assert.Single(answers, a => a.Status == 201);
        Assert.Equal(9, answers.Count(a => a.Status == 409 && a.Body.GetProperty("code").GetString() == "reservation_consumed"));
        Assert.Equal(((5L, 4L), (5L, 3L)), (await shop.StockAsync(), await shop.StockAsync(shop.Variants[1])));
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM reservations WHERE id = $1 AND status = 'consumed'", reservation));

        var order = answers.Single(a => a.Status == 201).Body;
        Assert.Equal(200, (await Shop.PostAsync(Server.Admin, $"/orders/{order.GetProperty("id").GetGuid()}/cancel", null)).Status);
        Assert.Equal(((5L, 0L), (5L, 0L)), (await shop.StockAsync(), await shop.StockAsync(shop.Variants[1])));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task A_reservation_that_cannot_be_taken_over_stays_as_it_was()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var other = await Shop.CreateAsync(Server.Db, 5);
        var reservation = await ReserveAsync(shop, (0, 2));
        Assert.Equal("insufficient_stock", await RefusedAsync(shop, 6));
        Assert.Equal("unknown_reservation", await RefusedAsync(other, 1));
        Assert.Equal((5, 2), await shop.StockAsync());
        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE reservations SET expires_at = $2 WHERE id = $1", reservation,
            (await tx.NowAsync()).AddSeconds(-1)));
        Assert.Equal("reservation_expired", await RefusedAsync(shop, 1));
        await Audit.VerifyAsync(Server.Db);

        async Task<string?> RefusedAsync(Shop at, long quantity)
        {
            var body = at.Body((0, quantity));
            body["reservationId"] = reservation;
            return (await at.OrderAsync(Server.Guest, body)).Body.GetProperty("code").GetString();
        }
    }
}

public sealed class ReservationTakeOver_on_sqlite() : ReservationTakeOverTests(Backend.Sqlite);

public sealed class ReservationTakeOver_on_postgresql() : ReservationTakeOverTests(Backend.Postgres);

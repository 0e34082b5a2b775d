using Holdfast.Tests.Carts;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Inventory;
using Shop = Holdfast.Tests.Orders.Shop;

namespace Holdfast.Tests.Http;

/// <summary>A bug is answered as one: the caller learns that it is ours, the log what it was, and nothing is left of the request.</summary>
public abstract class InternalErrorTests(Backend backend)
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task A_bug_in_a_use_case_is_a_500_that_says_nothing_of_itself()
    {
        await using var server = await TestServer.StartAsync(backend);
        await server.Db.WriteAsync(tx => tx.ExecuteAsync("ALTER TABLE stores RENAME TO lost"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/stores");
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        var problem = await server.Guest.SendAsync(request, TestContext.Current.CancellationToken).ShouldBeAsync(500, "internal_error");
        Assert.DoesNotContain("stores", problem.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(server.Log.Lines, l => l.Contains(Trace, StringComparison.Ordinal)
            && l.Contains("stores", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bug_in_a_batch_leaves_nothing_of_its_order()
    {
        await using var server = await TestServer.StartAsync(backend);
        var shop = await Shop.CreateAsync(server.Db, 9);
        var (body, key) = (shop.Body(), Guid.CreateVersion7().ToString());
        await server.Db.WriteAsync(tx => tx.ExecuteAsync("ALTER TABLE order_lines RENAME TO lost"));
        await shop.OrderAsync(server.Guest, body, key).ShouldBeAsync(500, "internal_error");
        Assert.Equal((9, 0), await shop.StockAsync());
        Assert.Equal(0,
            await shop.CountAsync(
            "SELECT (SELECT COUNT(*) FROM orders) + (SELECT COUNT(*) FROM events) + (SELECT COUNT(*) FROM idempotency_keys)"));

        // The same key is judged again.
        await server.Db.WriteAsync(tx => tx.ExecuteAsync("ALTER TABLE lost RENAME TO order_lines"));
        await shop.OrderAsync(server.Guest, body, key).ShouldBeAsync(201);
        Assert.Equal((9, 1), await shop.StockAsync());
    }
}

public sealed class InternalError_on_sqlite() : InternalErrorTests(Backend.Sqlite);

public sealed class InternalError_on_postgresql() : InternalErrorTests(Backend.Postgres);

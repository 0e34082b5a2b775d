using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>What a caller asks for whose COMMIT is cut off.</summary>
public enum Asked
{
    Order,
    Payment,
    Reservation,
    Adjustment,

    /// <summary>Staff give a member points: a change in a transaction of its own, not by a batch.</summary>
    Points,
}

/// <summary>
/// A shop on a PostgreSQL of its own with a proxy before it that can keep a COMMIT back, and one server process whose only writes are those
/// that it is asked for.
/// </summary>
public sealed class CutShop : IAsyncDisposable
{
    private const long Stock = 1_000;
    private const int Adjusted = -3;
    private const int Given = 7;

    private readonly Db _db;
    private readonly Rush _rush;
    private readonly string _token;
    private readonly Guid _member;
    private int _requests;

    private CutShop(PostgresServer postgres, CommitProxy proxy, Db db, Shop shop, ServerProcess server, string token, Guid member)
    {
        (Postgres, Proxy, Server, _db, _token, _member) = (postgres, proxy, server, db, token, member);
        _rush = new Rush(shop);
    }

    public PostgresServer Postgres { get; }

    public CommitProxy Proxy { get; }

    public ServerProcess Server { get; }

    public static async Task<CutShop> StartAsync()
    {
        var postgres = await PostgresServer.StartAsync("autovacuum=off");
        await postgres.ExecuteAsync("CREATE DATABASE shop");
        var db = Db.Open(postgres.Url("shop"));
        await Migrations.ApplyAsync(db, Holdfast.Server.Modules);
        var shop = await Shop.CreateAsync(db, Stock);
        var (proxy, url) = CommitProxy.Before(postgres, postgres.Url("shop"));
        var server = await ServerProcess.StartAsync(url, AdminSession.Settings, null, "--roles", "api");
        await shop.AddProgramAsync(0, 1);
        var member = (await Member.RegisterAsync(server, db, shop, 1, Given)).Single();
        return new CutShop(postgres, proxy, db, shop, server, await AdminSession.TokenAsync(server), member.Id);
    }

    /// <summary>A request, ready to be sent: it repeats itself with its key until it is answered with something other than 503.</summary>
    internal async Task<(string Name, Func<Task<Receipt>> Send)> AskAsync(Asked asked)
    {
        var name = $"{asked}-{Interlocked.Increment(ref _requests)}";
        return asked switch
        {
            Asked.Order => (name, () => SendAsync("/orders", name, OrderOf(name), null)),
            Asked.Payment => await PaymentAsync(name),
            Asked.Reservation => (name, () => SendAsync("/inventory/reservations", name, new JsonObject
            {
                ["lines"] = new JsonArray(new JsonObject { ["variantId"] = _rush.Shop.Variant, ["quantity"] = 2 }),
                ["reference"] = name,
            }, _token)),
            Asked.Points => (name, () => SendAsync($"/loyalty/{_member}/adjustments", name, new JsonObject
            {
                ["storeId"] = _rush.Shop.StoreId,
                ["points"] = Given,
                ["reason"] = name,
            }, _token)),
            _ => (name, () => SendAsync($"/inventory/{_rush.Shop.Variant}/adjustments", name,
                new JsonObject { ["delta"] = Adjusted, ["reason"] = name }, _token)),
        };
    }

    /// <summary>How often the database holds what was asked for under the name; the order also by its id.</summary>
    internal Task<long> CountAsync(Asked asked, string name, Receipt receipt) => asked switch
    {
        Asked.Order => _rush.Shop.CountAsync("SELECT COUNT(*) FROM orders WHERE customer_email = $1 AND id = $2",
            Email(name), receipt.OrderId),
        Asked.Payment => _rush.Shop.CountAsync("SELECT COUNT(*) FROM payment_transactions p JOIN orders o ON o.id = p.order_id "
            + "WHERE p.transaction_id = $1 AND o.status = 'confirmed' AND o.amount_paid = o.total", name),
        Asked.Reservation => _rush.Shop.CountAsync("SELECT COUNT(*) FROM reservations WHERE reference = $1 AND id = $2",
            name, receipt.OrderId),
        Asked.Points => _rush.Shop.CountAsync("SELECT COUNT(*) FROM points_movements WHERE customer_id = $1 AND note = $2 AND delta = $3",
            _member, name, (long)Given),
        _ => _rush.Shop.CountAsync("SELECT COUNT(*) FROM stock_movements WHERE reason = 'adjustment' AND reference = $1", name),
    };

    /// <summary>No caller saw what none may see, every invariant holds, and nothing is there twice.</summary>
    public async Task AuditAsync()
    {
        Assert.Empty(_rush.Wrong);
        await Audit.VerifyAsync(_db);
        Assert.Equal(0, await _rush.Shop.CountAsync(
            "SELECT COUNT(*) FROM (SELECT 1 FROM orders GROUP BY customer_email HAVING COUNT(*) > 1 UNION ALL "
            + "SELECT 1 FROM reservations GROUP BY reference HAVING COUNT(*) > 1 UNION ALL "
            + "SELECT 1 FROM stock_movements WHERE reason = 'adjustment' GROUP BY reference HAVING COUNT(*) > 1 UNION ALL "
            + "SELECT 1 FROM points_movements GROUP BY note HAVING COUNT(*) > 1) twice"));
    }

    public async ValueTask DisposeAsync()
    {
        _rush.Dispose();
        await Server.DisposeAsync();
        await Proxy.DisposeAsync();
        await _db.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    private static string Email(string name) => $"{name}@example.com".ToLowerInvariant();

    private JsonObject OrderOf(string name)
    {
        var body = _rush.Shop.Body();
        body["customer"] = new JsonObject { ["email"] = Email(name) };
        return body;
    }

    private async Task<(string Name, Func<Task<Receipt>> Send)> PaymentAsync(string name)
    {
        var order = await SendAsync("/orders", $"{name}-order", OrderOf(name), null);
        Assert.True(order.IsOrder, order.Text);
        return (name, () => SendAsync($"/orders/{order.OrderId}/payments", name, new JsonObject
        {
            ["provider"] = "bank",
            ["transactionId"] = name,
            ["amount"] = 1000,
            ["currency"] = "VND",
        }, _token));
    }

    private Task<Receipt> SendAsync(string path, string key, JsonObject body, string? token) =>
        _rush.SendAsync(Server.Address, path, key, Encoding.UTF8.GetBytes(body.ToJsonString()), null, default, token);
}

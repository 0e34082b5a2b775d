using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>A request that changes something. It is sent with its name as the key, as often as it takes.</summary>
/// <param name="Found">Counts what the database holds of it: 1 once it was carried out.</param>
/// <param name="CartToken">Opens the cart of a guest, where the request is about one.</param>
internal sealed record TriedChange(string Name, string Path, JsonObject Body, string? Token, Func<Task<long>> Found,
    string? CartToken = null);

/// <summary>
/// One request of each kind that changes something, by a batch or in a transaction of its own: an order of a guest, one of a member with
/// points, one of a cart, a payment, a cancellation, a stock adjustment, a reservation, and points that staff give. All are of a store of
/// their own, and none needs a row that another of them has locked.
/// </summary>
internal sealed class EachChange
{
    private const int Points = 1_000_000;

    /// <summary>What callers are promised.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly ServerProcess _server;
    private readonly Shop _shop;
    private readonly string _admin;
    private readonly Member[] _members;
    private int _count;

    private EachChange(ServerProcess server, Shop shop, string admin, Member[] members) =>
        (_server, _shop, _admin, _members) = (server, shop, admin, members);

    /// <summary>
    /// Signs an admin and a member in, and makes the store. The server is started with <see cref="AdminSession.Settings"/>.
    /// </summary>
    public static async Task<EachChange> StartAsync(ServerProcess server, Db db)
    {
        var shop = await Shop.CreateAsync(db, 100, 100, 100, 100, 100, 100, 100);
        await shop.AddProgramAsync(0, 1);
        return new EachChange(server, shop, await AdminSession.TokenAsync(server), await Member.RegisterAsync(server, db, shop, 2, Points));
    }

    /// <summary>New requests, one of each kind. What they start from, such as the order that is paid, is made here.</summary>
    public async Task<IReadOnlyList<TriedChange>> MakeAsync()
    {
        var (toPay, toCancel) = (await PlacedAsync(variant: 0), await PlacedAsync(variant: 1));
        return [Order(variant: 2), MemberOrder(variant: 3), await CheckOutAsync(variant: 6), Payment(toPay), Cancellation(toCancel),
            Adjustment(variant: 4), Reservation(variant: 5), PointsGiven()];
    }

    /// <summary>
    /// Sends each once. All hear within five seconds that it cannot be done now; <paramref name="mayBeDone"/>: or that it is done.
    /// </summary>
    public async Task AssertToldToComeBackAsync(IReadOnlyList<TriedChange> changes, bool mayBeDone = false)
    {
        await using var lateness = Lateness.Watch();
        await Task.WhenAll(changes.Select(async change =>
        {
            var clock = Stopwatch.StartNew();
            var told = await SendAsync(change);
            Assert.True(told.IsNotNow || (mayBeDone && told.IsProper), $"{change.Name}: {told}\n{LastLines}");
            // Two sides wait for one another.
            Assert.True(clock.Elapsed < Soon + (2 * lateness.Worst),
                $"{change.Name} took {clock.Elapsed}, the machine was {lateness.Worst} late; {told.Text}\n{LastLines}");
        }));
    }

    /// <summary>Sends each until it is done, then once more: it is done once, and so are new requests.</summary>
    public async Task AssertDoneOnceAsync(IReadOnlyList<TriedChange> changes)
    {
        foreach (var change in changes)
        {
            var first = await UntilDoneAsync(change);
            var again = await UntilDoneAsync(change);
            Assert.True(first.Text == again.Text, $"{change.Name}: first {first.Text}, then {again.Text}");
            Assert.True(await change.Found() == 1, $"{change.Name} is there {await change.Found()} times");
        }
    }

    /// <summary>
    /// The whole way: refused in the state that holds between the two, done once after it; and then the server works as before.
    /// </summary>
    public async Task GoThroughAsync(Func<Task> begin, Func<Task> end, bool mayBeDone = false)
    {
        var changes = await MakeAsync();
        await begin();
        try
        {
            await AssertToldToComeBackAsync(changes, mayBeDone);
        }
        finally
        {
            await end();
        }

        await AssertDoneOnceAsync(changes);
        await AssertDoneOnceAsync(await MakeAsync());
    }

    private string LastLines => string.Join('\n', _server.Output.Split('\n').TakeLast(30));

    /// <summary>Sends it, once.</summary>
    public async Task<Told> SendAsync(TriedChange change)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1{change.Path}") { Content = JsonContent.Create(change.Body) };
        request.Headers.Add("Idempotency-Key", change.Name);
        if (change.CartToken is not null)
        {
            request.Headers.Add("X-Cart-Token", change.CartToken);
        }

        request.Headers.Authorization = change.Token is null ? null : new AuthenticationHeaderValue("Bearer", change.Token);
        using var answer = await _server.Client.SendAsync(request);
        return new Told((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.RetryAfter is not null);
    }

    private async Task<Told> UntilDoneAsync(TriedChange change)
    {
        var told = new Told(0, "", false);
        await Until.TrueAsync($"{change.Name} is done", async () =>
        {
            told = await SendAsync(change);
            return told.IsProper ? !told.IsNotNow : throw new InvalidOperationException($"{change.Name}: {told}\n{LastLines}");
        }, 60);
        return told;
    }

    private async Task<string> PlacedAsync(int variant)
    {
        var told = await UntilDoneAsync(Order(variant));
        return JsonNode.Parse(told.Text)!["id"]!.GetValue<string>();
    }

    private TriedChange Order(int variant)
    {
        var name = Name("order");
        var body = _shop.Body((variant, 1));
        body["customer"] = new JsonObject { ["email"] = $"{name}@example.com" };
        return new TriedChange(name, "/orders", body, null, Counts("orders WHERE customer_email = $1", $"{name}@example.com"));
    }

    /// <summary>The order of a cart, which is filled here.</summary>
    public async Task<TriedChange> CheckOutAsync(int variant)
    {
        var order = Order(variant);
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await Until.TrueAsync("the cart is filled", async () =>
        {
            using var line = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/carts/{_shop.StoreId}/lines/{_shop.Variants[variant]}")
            {
                Content = JsonContent.Create(new JsonObject { ["quantity"] = 1 }),
            };
            line.Headers.Add("X-Cart-Token", token);
            using var answer = await _server.Client.SendAsync(line);
            return answer.IsSuccessStatusCode;
        });
        order.Body.Remove("lines");
        return order with { Path = "/orders/from-cart", CartToken = token };
    }

    private TriedChange MemberOrder(int variant)
    {
        var name = Name("member-order");
        var body = _shop.Body((variant, 1));
        body.Remove("customer");
        (body["note"], body["redeemPoints"]) = (name, 3);
        return new TriedChange(name, "/orders", body, _members[0].Token,
            Counts("points_movements p JOIN orders o ON o.id = p.order_id WHERE o.note = $1 AND p.delta = -3", name));
    }

    private TriedChange Payment(string order)
    {
        var name = Name("payment");
        var body = new JsonObject { ["provider"] = "bank", ["transactionId"] = name, ["amount"] = 1000, ["currency"] = "VND" };
        return new TriedChange(name, $"/orders/{order}/payments", body, _admin,
            Counts("payment_transactions p JOIN orders o ON o.id = p.order_id "
                + "WHERE p.transaction_id = $1 AND o.amount_paid = o.total", name));
    }

    private TriedChange Cancellation(string order) =>
        new(Name("cancellation"), $"/orders/{order}/cancel", new JsonObject { ["reason"] = "other" }, _admin,
            Counts("events WHERE subject = $1 AND type = 'order.cancelled'", Guid.Parse(order)));

    private TriedChange Adjustment(int variant)
    {
        var name = Name("adjustment");
        var body = new JsonObject { ["delta"] = -1, ["reason"] = name };
        return new TriedChange(name, $"/inventory/{_shop.Variants[variant]}/adjustments", body, _admin,
            Counts("stock_movements WHERE reason = 'adjustment' AND reference = $1", name));
    }

    private TriedChange Reservation(int variant)
    {
        var name = Name("reservation");
        var lines = new JsonArray(new JsonObject { ["variantId"] = _shop.Variants[variant], ["quantity"] = 1 });
        return new TriedChange(name, "/inventory/reservations", new JsonObject { ["lines"] = lines, ["reference"] = name }, _admin,
            Counts("reservations WHERE reference = $1", name));
    }

    private TriedChange PointsGiven()
    {
        var name = Name("points");
        var body = new JsonObject { ["storeId"] = _shop.StoreId, ["points"] = 5, ["reason"] = name };
        return new TriedChange(name, $"/loyalty/{_members[1].Id}/adjustments", body, _admin,
            Counts("points_movements WHERE note = $1", name));
    }

    private string Name(string kind) => $"{kind}-{++_count}-{_shop.StoreId}";

    private Func<Task<long>> Counts(string what, object value) => () => _shop.CountAsync($"SELECT COUNT(*) FROM {what}", value);
}

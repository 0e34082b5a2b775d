using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>
/// Buyers and staff of one shop at several servers: orders for cash and to be paid online, of carts, and of staff with ids of other
/// systems; payments in one or two parts, cancellations, adjustments and receipts of stock, reservations that are ended or expire, and
/// points that members are given. Every order has a buyer of its own, named after its key. Nobody leaves without an answer.
/// </summary>
internal sealed class MixedLoad(Shop shop, RetryingClient client, IReadOnlyList<Guid> members)
{
    /// <summary>What each member has at the beginning.</summary>
    public const long Points = 1_000_000;

    private const int Members = 3;
    private const int Long = 1_000_000;

    private int _acknowledged;

    public Shop Shop => shop;

    public RetryingClient Client => client;

    /// <summary>Accounts that have <see cref="Points"/>.</summary>
    public IReadOnlyList<Guid> Accounts => members;

    /// <summary>With members who are registered at one of the servers.</summary>
    public static async Task<MixedLoad> CreateAsync(Shop shop, RetryingClient client, ServerProcess server, Db db)
    {
        await shop.AddProgramAsync(0, 1);
        var registered = await Member.RegisterAsync(server, db, shop, Members, Points);
        return new MixedLoad(shop, client, [.. registered.Select(m => m.Id)]);
    }

    /// <summary>How many requests have ended well.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>The buyer of the order that a key makes.</summary>
    public static string Email(string key) => $"{key}@example.com";

    /// <summary>Starts so many clients, who go on until told to stop.</summary>
    public List<Task> Start(int clients, int seed, CancellationToken stop) =>
        [.. Enumerable.Range(0, clients).Select(c => Task.Run(() => GoOnAsync(c, new Random(seed + c), stop), CancellationToken.None))];

    /// <summary>One line about what there was, for the log of a test.</summary>
    public string Summary(int crashes)
    {
        var retried = client.Done.Where(d => d.Tries > 1).ToList();
        return $"{crashes} crashes; {Acknowledged} acknowledged, {retried.Count} of them after retries "
            + $"({retried.Count(d => d.Replayed)} had been done by a try that was not answered with success); "
            + $"503: {string.Join(", ", client.Unavailable.Select(u => $"{u.Key} {u.Value}"))}; "
            + $"{client.Lost} without an answer; {client.Wrong.Count} wrong answers";
    }

    private async Task GoOnAsync(int number, Random random, CancellationToken stop)
    {
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            await (random.Next(4) == 0 ? WorkAsync($"staff{number}-{n}", random) : BuyAsync($"buyer{number}-{n}", random));
        }
    }

    private async Task BuyAsync(string key, Random random)
    {
        var lines = Enumerable.Range(0, shop.Variants.Count).Where(i => i == 0 || random.Next(3) == 0)
            .Select(i => (i, (long)random.Next(1, 4))).ToArray();
        var (isCash, isOfCart, clicksTwice) = (random.Next(2) == 0, random.Next(4) == 0, random.Next(8) == 0);
        var body = shop.Body(lines);
        body["customer"] = new JsonObject { ["email"] = Email(key) };
        body["paymentMethod"] = isCash ? "cash_on_delivery" : "online";
        var cart = isOfCart ? await FillCartAsync(body) : ((string, string)?)null;
        Task<Exchange?> PlaceAsync() => SendAsync(isOfCart ? "/orders/from-cart" : "/orders", key, body, header: cart);
        var twin = clicksTwice ? PlaceAsync() : Task.FromResult<Exchange?>(null);
        if (await PlaceAsync() is not { } placed)
        {
            await twin;
            return;
        }

        if (await twin is { } second)
        {
            Assert.Equal(placed.Text, second.Text);
        }

        await FollowAsync(key, placed, isCash ? 0 : random.Next(3), random.Next(4) == 0);
    }

    /// <summary>An order that another system has taken: its id names it there.</summary>
    private async Task ImportAsync(string key, Random random)
    {
        var body = shop.Body((random.Next(shop.Variants.Count), random.Next(1, 4)));
        body["customer"] = new JsonObject { ["email"] = Email(key) };
        (body["externalId"], body["paymentMethod"]) = (key, "cash_on_delivery");
        if (await SendAsync("/orders", key, body, isStaff: true) is { } placed && random.Next(4) == 0)
        {
            await SendAsync($"/orders/{placed.Id}/cancel", $"cancel-{key}", new JsonObject { ["reason"] = "other" }, isStaff: true);
        }
    }

    /// <summary>A cart with the lines of the body, which loses them; the header that opens it.</summary>
    private async Task<(string, string)> FillCartAsync(JsonObject body)
    {
        var token = ("X-Cart-Token", Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        foreach (var line in body["lines"]!.AsArray())
        {
            await client.SendAsync(HttpMethod.Put, $"/carts/{shop.StoreId}/lines/{line!["variantId"]!.GetValue<Guid>()}", null,
                new JsonObject { ["quantity"] = (long)line["quantity"]! }, header: token);
        }

        body.Remove("lines");
        return token;
    }

    /// <summary>Pays the order in so many parts, and cancels it.</summary>
    private async Task FollowAsync(string key, Exchange placed, int parts, bool cancels)
    {
        var total = placed.Answer.GetProperty("total").GetInt64();
        for (var part = 0; part < parts; part++)
        {
            await SendAsync($"/orders/{placed.Id}/payments", $"pay{part}-{key}", new JsonObject
            {
                ["provider"] = "bank",
                ["transactionId"] = $"pay{part}-{key}",
                ["amount"] = parts == 1 ? total : part == 0 ? 1 : total - 1,
                ["currency"] = "VND",
            }, isStaff: true);
        }

        if (cancels)
        {
            var accessKey = placed.Answer.GetProperty("accessKey").GetString()!;
            await SendAsync($"/orders/{placed.Id}/cancel", $"cancel-{key}", [], header: ("X-Access-Key", accessKey));
        }
    }

    private async Task WorkAsync(string key, Random random)
    {
        var variant = shop.Variants[random.Next(shop.Variants.Count)];
        switch (random.Next(5))
        {
            case 2:
                await ImportAsync(key, random);
                break;
            case 3:
                var given = new JsonObject { ["storeId"] = shop.StoreId, ["points"] = random.Next(2) == 0 ? -3 : 5, ["reason"] = key };
                await SendAsync($"/loyalty/{members[random.Next(members.Count)]}/adjustments", key, given, isStaff: true);
                break;
            case 0:
                var delta = random.Next(2) == 0 ? -random.Next(1, 9) : random.Next(1, 9);
                var adjusted = new JsonObject { ["delta"] = delta, ["reason"] = key };
                await SendAsync($"/inventory/{variant}/adjustments", key, adjusted, isStaff: true);
                break;
            case 1:
                var received = new JsonObject { ["quantity"] = random.Next(1, 9), ["reference"] = key };
                await SendAsync($"/inventory/{variant}/receipts", key, received, isStaff: true);
                break;
            default:
                await ReserveAsync(key, variant, random);
                break;
        }
    }

    private async Task ReserveAsync(string key, Guid variant, Random random)
    {
        var lines = shop.Variants.Where(v => v == variant || random.Next(3) == 0)
            .Select(v => (JsonNode)new JsonObject { ["variantId"] = v, ["quantity"] = random.Next(1, 4) }).ToArray();
        var end = random.Next(4);
        var body = new JsonObject { ["lines"] = new JsonArray(lines), ["reference"] = key, ["ttlSeconds"] = end == 3 ? 1 : Long };
        var held = await SendAsync("/inventory/reservations", key, body, isStaff: true);
        if (held is not null && end < 2)
        {
            await SendAsync($"/inventory/reservations/{held.Id}/{(end == 0 ? "commit" : "release")}", $"end-{key}", [], isStaff: true);
        }
    }

    /// <summary>Null where it was refused.</summary>
    private async Task<Exchange?> SendAsync(string path, string key, JsonObject body, bool isStaff = false, (string, string)? header = null)
    {
        var exchange = await client.SendAsync(HttpMethod.Post, path, key, body, isStaff, header);
        if (!exchange.IsOk)
        {
            return null;
        }

        client.Keep(exchange);
        Interlocked.Increment(ref _acknowledged);
        return exchange;
    }
}

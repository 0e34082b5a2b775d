using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Bench.Sections;

/// <summary>
/// Reads that are answered from the cache, beside what the web server can do at most with the same bytes; from Redis beside the database;
/// and placing while Redis is dead beside placing while it is alive.
/// </summary>
internal sealed class CachedReadsSection(Bench bench)
{
    private const string Database = "cached";
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(8);
    private static readonly string ProductPath = $"/api/v1/products/{Shop.Product(0)}";

    public async Task RunAsync()
    {
        Bench.Say("Cached reads");
        var url = bench.Cluster.Url(await bench.CreateAsync(Database));
        await using var redis = await Redis.StartAsync(bench.Guard);
        await using var server = await ServerProcess.HoldfastAsync(url, bench.Guard, ("REDIS_URL", redis.Url));
        var (token, orderPath) = await OrderAsync(server.Port);
        await CachedReadsSteps.MeasureAsync(bench, url, token);
        await using var bareProduct = await BareAsync(server.Port, ProductPath, null);
        await using var bareOrder = await BareAsync(server.Port, orderPath, token);
        await bench.Wrk.RunAsync(server.Port, 1, 0, FirstWarmUp);
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            Bench.Say($"Cached reads, round {round} of {bench.Options.Runs}");
            await AddAsync(Names.CachedProduct, server.Port, ProductPath);
            await AddAsync(Names.BareProduct, bareProduct.Port, ProductPath);
            await AddAsync(Names.CachedOrder, server.Port, orderPath, token);
            await AddAsync(Names.BareOrder, bareOrder.Port, orderPath, token);
            await WhileSellingAsync(Names.CachedHot, server, server.Port);
            await WhileSellingAsync(Names.BareHot, server, bareProduct.Port);
        }

        await RedisHitsAsync(url, redis);
        await PlacingAsync(url, redis);
    }

    /// <summary>Memory off, so that every read asks Redis; beside it no cache at all.</summary>
    private async Task RedisHitsAsync(string url, Redis redis)
    {
        await using var fromRedis = await ServerProcess.HoldfastAsync(url, bench.Guard, ("REDIS_URL", redis.Url), ("CACHE_MEMORY_MB", "0"));
        await using var fromDatabase = await ServerProcess.HoldfastAsync(url, bench.Guard, ("CACHE", "off"));
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            await AddAsync(Names.RedisHit, fromRedis.Port, ProductPath);
            await AddAsync(Names.DatabaseRead, fromDatabase.Port, ProductPath);
        }
    }

    private async Task PlacingAsync(string url, Redis alive)
    {
        var dead = await Redis.StartAsync(bench.Guard);
        await using var with = await ServerProcess.HoldfastAsync(url, bench.Guard, ("REDIS_URL", alive.Url));
        await using var without = await ServerProcess.HoldfastAsync(url, bench.Guard, ("REDIS_URL", dead.Url));
        await dead.DisposeAsync();
        await bench.Wrk.RunAsync(with.Port, 1, 0, FirstWarmUp);
        await bench.Wrk.RunAsync(without.Port, 1, 0, FirstWarmUp);
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            await bench.RunAsync(Names.PlacingRedisAlive, Database, () => PlaceAsync(with.Port));
            await bench.RunAsync(Names.PlacingRedisDead, Database, () => PlaceAsync(without.Port));
        }
    }

    private async Task<double> PlaceAsync(int port)
    {
        await bench.Wrk.RunAsync(port, 1, 0, WarmUp);
        var result = await bench.Wrk.RunAsync(port, 1, 0, bench.Options.Measured);
        return result.Refused + result.SocketErrors == 0 ? result.PerSecond
            : throw new BenchException($"not every order was placed: {result}");
    }

    private async Task AddAsync(string series, int port, string path, string? token = null)
    {
        await bench.Wrk.ReadAsync(port, path, token, WarmUp);
        var result = await bench.Wrk.ReadAsync(port, path, token, bench.Options.Measured);
        bench.Numbers.Add(series, "reads/s", result.Refused + result.SocketErrors == 0 ? result.PerSecond
            : throw new BenchException($"not every read was answered: {result}"));
    }

    /// <summary>The hot item is sold by the one server as fast as it can, and read from the server at the port.</summary>
    private async Task WhileSellingAsync(string series, ServerProcess seller, int port)
    {
        await Snapshot.RestoreAsync(bench.Cluster, Database);
        var selling = bench.Wrk.RunAsync(seller.Port, 1, 0, WarmUp + bench.Options.Measured + TimeSpan.FromSeconds(1));
        await bench.Wrk.ReadAsync(port, ProductPath, null, WarmUp);
        using var end = new CancellationTokenSource();
        var staleness = port == seller.Port ? StalenessAsync(port, end.Token) : Task.FromResult(double.NaN);
        var result = await bench.Wrk.ReadAsync(port, ProductPath, null, bench.Options.Measured);
        await end.CancelAsync();
        bench.Numbers.Add(series, "reads/s", result.PerSecond);
        if (await staleness is var stalest && !double.IsNaN(stalest))
        {
            bench.Numbers.Add(Names.Staleness, "ms", stalest);
        }

        bench.Numbers.Add($"{series}: orders sold beside it", "orders/s", (await selling).PerSecond);
    }

    /// <summary>
    /// How long at most what was served had been outdated: what is available only falls, so a look at the database dates every answer.
    /// </summary>
    private async Task<double> StalenessAsync(int port, CancellationToken end)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await using var connection = await bench.Cluster.ConnectAsync(Database);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT on_hand - reserved FROM stock WHERE variant_id = '{Shop.Variant(0)}'";
        var looks = new List<(long At, long Available)>();
        var stalest = 0.0;
        while (!end.IsCancellationRequested)
        {
            looks.Add((Stopwatch.GetTimestamp(), (long)(await command.ExecuteScalarAsync(CancellationToken.None))!));
            var asked = Stopwatch.GetTimestamp();
            using var product = JsonDocument.Parse(
                await client.GetByteArrayAsync(new Uri(ProductPath, UriKind.Relative), CancellationToken.None));
            var served = product.RootElement.GetProperty("variants")[0].GetProperty("available").GetInt64();
            // The first look that saw less: by then, at the latest, what was served was no longer so.
            if (looks.FirstOrDefault(l => l.Available < served) is { At: > 0 } outdated)
            {
                stalest = Math.Max(stalest, Stopwatch.GetElapsedTime(outdated.At, asked).TotalMilliseconds);
            }

            await Task.Delay(10, CancellationToken.None);
        }

        return stalest;
    }

    private Task<ServerProcess> BareAsync(int port, string path, string? token) => BareAsync(LengthAsync(port, path, token));

    private async Task<ServerProcess> BareAsync(Task<int> length) => await ServerProcess.BareKestrelAsync(await length, bench.Guard);

    private static async Task<int> LengthAsync(int port, string path, string? token)
    {
        using var client = Client(port, token);
        return (await client.GetByteArrayAsync(new Uri(path, UriKind.Relative))).Length;
    }

    /// <summary>A customer with a token and an order.</summary>
    private static async Task<(string Token, string OrderPath)> OrderAsync(int port)
    {
        using var guest = Client(port, null);
        var registered = await PostAsync(guest, "/api/v1/auth/register",
            new JsonObject { ["email"] = "reader@example.com", ["password"] = "a password for measuring", ["name"] = "Reader" });
        var token = registered.GetProperty("accessToken").GetString()!;
        using var customer = Client(port, token);
        var order = await PostAsync(customer, "/api/v1/orders", new JsonObject
        {
            ["storeId"] = Shop.Store.ToString(),
            ["lines"] = new JsonArray(new JsonObject { ["variantId"] = Shop.Variant(1).ToString(), ["quantity"] = 1 }),
            ["deliveryAddress"] = JsonNode.Parse(Shop.Address(0)),
            ["contactPhone"] = Shop.Phone,
        });
        return (token, $"/api/v1/orders/{order.GetProperty("id").GetString()}");
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", "the-one-of-the-reader");
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new BenchException($"{path}: {text}");
    }

    private static HttpClient Client(int port, string? token)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}

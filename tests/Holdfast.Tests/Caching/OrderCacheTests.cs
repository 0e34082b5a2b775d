using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Caching;

/// <summary>
/// Orders, their lists, statistics and carts from the caches of two nodes over one Redis: who may see them, and what a change makes of
/// them.
/// </summary>
public abstract class OrderCacheTests(Backend backend) : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private TestServer _one = null!;
    private TestServer _other = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        var database = await TestDb.CreateAsync(backend);
        _one = await TestServer.StartAsync(database, settings: _redis.Settings());
        _other = await TestServer.StartAsync(database, ownsDatabase: false, settings: _redis.Settings(), db: database.Open());
        foreach (var node in new[] { _one, _other })
        {
            await Until.TrueAsync("Redis is used", async () =>
                (await node.Guest.GetStringAsync("/health")).Contains("\"redis\",\"status\":\"healthy\"", StringComparison.Ordinal));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_other?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_one?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_redis?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static async Task<(string Cache, JsonElement Body, string ETag)> ReadAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync($"/api/v1{path}");
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return (response.Headers.GetValues("X-Cache").Single(), JsonDocument.Parse(text).RootElement, response.Headers.ETag!.ToString());
    }

    private static async Task<int> StatusAsync(HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1{path}");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return (int)(await client.SendAsync(request)).StatusCode;
    }

    private static HttpClient At(TestServer node, Guid customer) => node.Customer(customer);

    [Fact]
    public async Task An_order_is_cached_for_those_who_may_see_it_and_new_when_it_changes()
    {
        var shop = await Shop.CreateAsync(_one.Db, 1000);
        var buyer = Guid.CreateVersion7();
        var (status, order, _) = await shop.OrderAsync(At(_one, buyer), Own(shop.Body()));
        Assert.Equal(201, status);
        var path = $"/orders/{order.GetProperty("id").GetString()}";

        Assert.Equal("MISS", (await ReadAsync(At(_one, buyer), path)).Cache);
        var (cache, body, etag) = await ReadAsync(At(_one, buyer), path);
        Assert.Equal(("HIT", order.GetRawText()), (cache, body.GetRawText()));
        // Redis has 40 ms to answer, which a machine that is busy with other things may miss: then it is seen with another order.
        await Until.TrueAsync("what one node has read is a hit of the other", async () =>
        {
            var (_, another, _) = await shop.OrderAsync(At(_one, buyer), Own(shop.Body()));
            var at = $"/orders/{another.GetProperty("id").GetString()}";
            await ReadAsync(At(_one, buyer), at);
            return (await ReadAsync(At(_other, buyer), at)).Cache == "HIT";
        });
        await ReadAsync(At(_other, buyer), path);
        Assert.Equal("HIT", (await ReadAsync(_one.Staff(shop.StoreId), path)).Cache);
        Assert.Equal(304, await StatusAsync(At(_one, buyer), path, ("If-None-Match", etag)));

        // On a hit as on a miss: it does not exist for others.
        foreach (var node in new[] { _one, _other })
        {
            foreach (var stranger in new[] { node.Guest, node.Customer(), node.Staff(Guid.CreateVersion7()),
                node.Service(Guid.CreateVersion7()) })
            {
                Assert.Equal(404, await StatusAsync(stranger, path));
                Assert.Equal(404, await StatusAsync(stranger, path, ("If-None-Match", etag)));
            }
        }

        (status, _, _) = await Shop.PostAsync(At(_one, buyer), $"{path}/cancel", new JsonObject());
        Assert.Equal(200, status);
        Assert.Equal("cancelled", (await ReadAsync(At(_one, buyer), path)).Body.GetProperty("status").GetString());
        await Until.TrueAsync("the other node has heard of it",
            async () => (await ReadAsync(At(_other, buyer), path)).Body.GetProperty("status").GetString() == "cancelled");
    }

    [Fact]
    public async Task A_guests_order_is_shown_for_its_key_alone()
    {
        var shop = await Shop.CreateAsync(_one.Db, 10);
        var (_, order, _) = await shop.OrderAsync(_one.Guest, shop.Body());
        var path = $"/orders/{order.GetProperty("id").GetString()}";
        var key = order.GetProperty("accessKey").GetString()!;
        foreach (var node in new[] { _one, _one, _other })
        {
            Assert.Equal(200, await StatusAsync(node.Guest, path, ("X-Access-Key", key)));
            Assert.Equal(404, await StatusAsync(node.Guest, path, ("X-Access-Key", key[1..] + key[0])));
            Assert.Equal(404, await StatusAsync(node.Guest, path));
            Assert.Equal(404, await StatusAsync(node.Customer(), path, ("X-Access-Key", key)));
        }
    }

    [Fact]
    public async Task Lists_and_statistics_are_cached_for_each_caller_and_follow_within_a_second()
    {
        var shop = await Shop.CreateAsync(_one.Db, 10);
        var (buyer, another) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await shop.OrderAsync(At(_one, buyer), Own(shop.Body()));
        await shop.OrderAsync(At(_one, another), Own(shop.Body()));
        string[] lists = ["/orders", $"/orders?storeId={shop.StoreId}", "/orders?status=pending&sort=total&limit=5"];
        foreach (var list in lists)
        {
            foreach (var (client, count) in new[] { (At(_one, buyer), 1), (_one.Staff(shop.StoreId), 2) })
            {
                await Until.TrueAsync("a hit shows what is there", async () => await ReadAsync(client, list) is var read
                    && read.Cache == "HIT" && Count(read.Body) == count);
                Assert.Equal(304, await StatusAsync(client, list, ("If-None-Match", (await ReadAsync(client, list)).ETag)));
            }
        }

        Assert.Equal(0, Count((await ReadAsync(_one.Customer(), "/orders")).Body));
        Assert.Equal(0, Count((await ReadAsync(_one.Staff(Guid.CreateVersion7()), "/orders")).Body));

        var statistics = $"/orders/statistics?storeId={shop.StoreId}";
        await Until.TrueAsync("they are counted", async () => await ReadAsync(_other.Staff(shop.StoreId), statistics) is var read
            && read.Cache == "HIT" && Orders(read.Body) == 2);
        Assert.Equal(404, await StatusAsync(_other.Staff(Guid.CreateVersion7()), statistics));

        // The promise is a second; a busy machine gets more before this is a failure.
        await shop.OrderAsync(At(_one, buyer), Own(shop.Body()));
        await Until.TrueAsync("the lists have it", async () =>
        {
            foreach (var list in lists)
            {
                if (Count((await ReadAsync(At(_one, buyer), list)).Body) != 2
                    || Count((await ReadAsync(_one.Staff(shop.StoreId), list)).Body) != 3
                    || Count((await ReadAsync(At(_other, buyer), list)).Body) != 2)
                {
                    return false;
                }
            }

            return true;
        });
        await Until.TrueAsync("it is counted", async () => Orders((await ReadAsync(_other.Staff(shop.StoreId), statistics)).Body) == 3);
    }

    /// <summary>Neither of a token that was made up, nor of a store that is none.</summary>
    private async Task NothingIsKeptOfWhatIsNotThereAsync(Shop shop)
    {
        var before = (await _redis.CliAsync("KEYS", "*")).Split('\n');
        foreach (var store in new[] { shop.StoreId, Guid.CreateVersion7() })
        {
            for (var i = 0; i < 3; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/carts/{store}");
                request.Headers.Add("X-Cart-Token", $"{new string('x', 41)}{i}A");
                using var answer = await _one.Guest.SendAsync(request);
                Assert.Equal(store == shop.StoreId ? 200 : 404, (int)answer.StatusCode);
                Assert.False(answer.Headers.Contains("X-Cache"));
            }
        }

        Assert.Empty((await _redis.CliAsync("KEYS", "*")).Split('\n').Except(before));
    }

    [Fact]
    public async Task A_cart_is_cached_and_new_when_it_a_price_or_the_stock_changes()
    {
        var shop = await Shop.CreateAsync(_one.Db, 10);
        var buyer = Guid.CreateVersion7();
        var path = $"/carts/{shop.StoreId}";
        await PutAsync(At(_one, buyer), $"{path}/lines/{shop.Variant}", new JsonObject { ["quantity"] = 2 });
        Assert.Equal("MISS", (await ReadAsync(At(_one, buyer), path)).Cache);
        Assert.Equal("HIT", (await ReadAsync(At(_one, buyer), path)).Cache);
        Assert.Equal(0, JsonDocument.Parse(await _one.Customer().GetStringAsync($"/api/v1{path}")).RootElement.GetProperty("lines")
            .GetArrayLength());
        await NothingIsKeptOfWhatIsNotThereAsync(shop);

        await PutAsync(At(_one, buyer), $"{path}/lines/{shop.Variant}", new JsonObject { ["quantity"] = 3 });
        Assert.Equal(3, Line(await ReadAsync(At(_one, buyer), path), "quantity"));
        await Until.TrueAsync("the other node has heard of it", async () => Line(await ReadAsync(At(_other, buyer), path), "quantity")
            == 3);

        var product = Line(await ReadAsync(At(_one, buyer), path), "productId", v => v.GetString()!);
        var (_, shown, etag) = await ReadAsync(_one.Admin, $"/products/{product}");
        var changed = new JsonObject
        {
            ["name"] = shown.GetProperty("name").GetString(),
            ["variants"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = shop.Variant.ToString(),
                    ["sku"] = shown.GetProperty("variants")[0].GetProperty("sku")
                .GetString(),
                    ["price"] = 777
                }),
        };
        await PutAsync(_one.Admin, $"/products/{product}", changed, etag);
        Assert.Equal(777, Line(await ReadAsync(At(_one, buyer), path), "unitPrice"));
        await Until.TrueAsync("the other node has heard of it", async () => Line(await ReadAsync(At(_other, buyer), path), "unitPrice")
            == 777);

        await shop.OrderAsync(_one.Guest, shop.Body((0, 4)));
        await Until.TrueAsync("fewer are available", async () => Line(await ReadAsync(At(_other, buyer), path), "available") == 6);

        var order = shop.Body();
        order.Remove("lines");
        order.Remove("customer");
        var (status, _, _) = await Shop.PostAsync(At(_one, buyer), "/orders/from-cart", order);
        Assert.Equal(201, status);
        Assert.Equal(0, (await ReadAsync(At(_one, buyer), path)).Body.GetProperty("lines").GetArrayLength());
        await Until.TrueAsync("the other node has heard of it",
            async () => (await ReadAsync(At(_other, buyer), path)).Body.GetProperty("lines").GetArrayLength() == 0);
    }

    private static JsonObject Own(JsonObject body)
    {
        body.Remove("customer");
        return body;
    }

    private static int Count(JsonElement list) => list.GetProperty("items").GetArrayLength();

    private static long Orders(JsonElement statistics) => statistics.GetProperty("totalOrders").GetInt64();

    private static long Line((string, JsonElement Body, string) read, string name) => Line(read, name, v => v.GetInt64());

    private static T Line<T>((string, JsonElement Body, string) read, string name, Func<JsonElement, T> value) =>
        value(read.Body.GetProperty("lines")[0].GetProperty(name));

    private static async Task PutAsync(HttpClient client, string path, JsonObject body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put,
            $"/api/v1{path}")
        { Content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json")) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        var response = await client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}

public sealed class OrderCache_on_sqlite() : OrderCacheTests(Backend.Sqlite);

public sealed class OrderCache_on_postgresql() : OrderCacheTests(Backend.Postgres);

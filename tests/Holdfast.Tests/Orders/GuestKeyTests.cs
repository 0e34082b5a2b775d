using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>
/// A guest's Idempotency-Key is theirs: nobody else gets its answer, and nobody else can be in its way. See docs/adr/0014.
/// </summary>
public abstract class GuestKeyTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task Two_guests_with_one_key_get_an_order_each()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var mine = await OrderAsync(shop, "guess-me", "me@example.com");
        var yours = await OrderAsync(shop, "guess-me", "you@example.com");
        IsNew(mine);
        IsNew(yours);
        Assert.NotEqual(Id(mine.Body), Id(yours.Body));
        Assert.NotEqual(mine.Body.GetProperty("accessKey").GetString(), yours.Body.GetProperty("accessKey").GetString());
        // Their email in other letters is theirs, but another body.
        Assert.Equal(422, (await OrderAsync(shop, "guess-me", "Me@Example.com")).Status);
        IsReplay(mine, await OrderAsync(shop, "guess-me", "me@example.com"));
        IsReplay(yours, await OrderAsync(shop, "guess-me", "you@example.com"));
    }

    [Fact]
    public async Task Who_knows_a_guests_email_and_key_gets_no_answer_and_blocks_nobody()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        // Before the victim, and after.
        var early = await OrderAsync(shop, "guess-me", "victim@example.com", "1");
        var victims = await OrderAsync(shop, "guess-me", "victim@example.com");
        var late = await OrderAsync(shop, "guess-me", "victim@example.com", "2");
        Assert.All([early, victims, late], IsNew);
        Assert.Equal(3, new[] { early, victims, late }.Select(o => Id(o.Body)).Distinct().Count());

        // With the phone, too, it takes the bytes of the body.
        var (status, body, _) = await OrderAsync(shop, "guess-me", "victim@example.com", change: b => b["note"] = "let me in");
        Assert.Equal((422, "idempotency_key_reused"), (status, body.GetProperty("code").GetString()));
        Assert.DoesNotContain(Id(victims.Body).ToString(), body.GetRawText(), StringComparison.OrdinalIgnoreCase);
        IsReplay(victims, await OrderAsync(shop, "guess-me", "victim@example.com"));
    }

    [Fact]
    public async Task A_guests_key_is_not_a_customers()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var guests = await OrderAsync(shop, "guess-me", "an@example.com");
        var customers = await shop.OrderAsync(Server.Customer(email: "an@example.com"), Body(shop, "an@example.com"), "guess-me");
        IsNew(customers);
        Assert.NotEqual(Id(guests.Body), Id(customers.Body));
    }

    [Fact]
    public async Task From_a_cart_the_token_says_whose_the_key_is()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var (mine, yours) = (new Basket(Server.Guest, shop), new Basket(Server.Guest, shop));
        await mine.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        await yours.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        var first = await mine.CheckOutAsync("guess-me");
        var second = await yours.CheckOutAsync("guess-me");
        IsNew(first);
        IsNew(second);
        Assert.NotEqual(Id(first.Body), Id(second.Body));
        IsReplay(first, await mine.CheckOutAsync("guess-me"));
        await mine.CheckOutAsync("guess-me", b => b["contactPhone"] = "1").ShouldBeAsync(422, "idempotency_key_reused");

        // The same key and body say nothing to somebody who has not the token.
        await new Basket(Server.Guest, shop).CheckOutAsync("guess-me").ShouldBeAsync(422, "cart_empty");
    }

    [Fact]
    public async Task On_an_order_the_access_key_comes_first()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var (mine, yours) = (await OrderAsync(shop, "1", "me@example.com"), await OrderAsync(shop, "2", "you@example.com"));
        var first = await CancelAsync(mine.Body, mine.Body, "guess-me");
        Assert.Equal((200, false), (first.Status, IsReplayed(first.Response)));
        Assert.Equal(404, (await CancelAsync(mine.Body, yours.Body, "guess-me")).Status);
        Assert.Equal(404, (await CancelAsync(mine.Body, null, "guess-me")).Status);
        var second = await CancelAsync(yours.Body, yours.Body, "guess-me");
        Assert.Equal((200, false), (second.Status, IsReplayed(second.Response)));
        Assert.Equal(Id(yours.Body), Id(second.Body));
        IsReplay(first, await CancelAsync(mine.Body, mine.Body, "guess-me"));
    }

    private static JsonObject Body(Shop shop, string email, string phone = "+84 90 000 0000")
    {
        var body = shop.Body();
        (body["customer"]!["email"], body["contactPhone"]) = (email, phone);
        return body;
    }

    private Task<(int Status, JsonElement Body, HttpResponseMessage Response)> OrderAsync(Shop shop, string key, string email,
        string phone = "+84 90 000 0000",
        Action<JsonObject>? change = null)
    {
        var body = Body(shop, email, phone);
        change?.Invoke(body);
        return shop.OrderAsync(Server.Guest, body, key);
    }

    private async Task<(int Status, JsonElement Body, HttpResponseMessage Response)> CancelAsync(JsonElement order,
        JsonElement? accessKeyOf, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            $"/api/v1/orders/{Id(order)}/cancel")
        { Content = JsonContent.Create(new { reason = "no" }) };
        request.Headers.Add("Idempotency-Key", key);
        if (accessKeyOf is { } holder)
        {
            request.Headers.Add("X-Access-Key", holder.GetProperty("accessKey").GetString());
        }

        var response = await Server.Guest.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken),
            response);
    }

    private static Guid Id(JsonElement order) => order.GetProperty("id").GetGuid();

    private static bool IsReplayed(HttpResponseMessage response) => response.Headers.Contains("Idempotency-Replayed");

    private static void IsNew((int Status, JsonElement Body, HttpResponseMessage Response) answer)
    {
        Assert.True(answer.Status == 201, answer.Body.ToString());
        Assert.False(IsReplayed(answer.Response));
    }

    private static void IsReplay((int Status, JsonElement Body, HttpResponseMessage Response) first,
        (int Status, JsonElement Body, HttpResponseMessage Response) again)
    {
        Assert.True(IsReplayed(again.Response), $"{again.Status} {again.Body}");
        Assert.Equal((first.Status, first.Body.GetRawText()), (again.Status, again.Body.GetRawText()));
    }
}

public sealed class GuestKey_on_sqlite(SqliteHost host) : GuestKeyTests(host), IClassFixture<SqliteHost>;

public sealed class GuestKey_on_postgresql(PostgresHost host) : GuestKeyTests(host), IClassFixture<PostgresHost>;

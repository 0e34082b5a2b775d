using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Inventory;

namespace Holdfast.Tests.Loyalty;

/// <summary>Programs, balances, ledgers and adjustments.</summary>
public abstract class LoyaltyRoutesTests(TestHost host) : PointsShop
{
    protected override Task<TestServer> ServeAsync() => Task.FromResult(host.Server);

    [Fact]
    public async Task A_store_without_a_program_gives_and_takes_nothing_until_staff_set_one()
    {
        var none = await Server.Guest.GetAsync(Program).ShouldBeAsync(200);
        Assert.Equal($$"""{"storeId":"{{Shop.Id}}","amountPerPoint":0,"pointValue":0,"expiresAfterDays":null}""", none.GetRawText());
        using var set = await Shop.Staff.PutAsJsonAsync(Program, new { amountPerPoint = 1000, pointValue = 10, expiresAfterDays = 365 });
        Assert.Equal((200, "\"1\""), ((int)set.StatusCode, set.Headers.ETag!.Tag));
        using var read = await Server.Guest.GetAsync(Program);
        Assert.Equal("\"1\"", read.Headers.ETag!.Tag);
        Assert.Equal($$"""{"storeId":"{{Shop.Id}}","amountPerPoint":1000,"pointValue":10,"expiresAfterDays":365}""",
            await read.Content.ReadAsStringAsync());

        async Task<HttpResponseMessage> PutAsync(string tag)
        {
            using var message = new HttpRequestMessage(HttpMethod.Put,
                Program)
            { Content = JsonContent.Create(new { amountPerPoint = 0, pointValue = 5 }) };
            message.Headers.TryAddWithoutValidation("If-Match", tag);
            return await Shop.Staff.SendAsync(message);
        }

        await PutAsync("\"0\"").ShouldBeAsync(412, "precondition_failed");
        Assert.Equal(JsonValueKind.Null, (await PutAsync("\"1\"").ShouldBeAsync(200)).GetProperty("expiresAfterDays").ValueKind);
        await PutAsync("\"1\"").ShouldBeAsync(412, "precondition_failed");
    }

    [Theory]
    [InlineData("""{"pointValue":1}""", "amountPerPoint")]
    [InlineData("""{"amountPerPoint":1}""", "pointValue")]
    [InlineData("""{"amountPerPoint":-1,"pointValue":1}""", "amountPerPoint")]
    [InlineData("""{"amountPerPoint":1.5,"pointValue":1}""", "amountPerPoint")]
    [InlineData("""{"amountPerPoint":1e309,"pointValue":1}""", "amountPerPoint")]
    [InlineData("""{"amountPerPoint":10,"pointValue":11}""", "pointValue")]
    [InlineData("""{"amountPerPoint":10,"pointValue":-1}""", "pointValue")]
    [InlineData("""{"amountPerPoint":10,"pointValue":1,"expiresAfterDays":0}""", "expiresAfterDays")]
    [InlineData("""{"amountPerPoint":10,"pointValue":1,"expiresAfterDays":36501}""", "expiresAfterDays")]
    [InlineData("""{"amountPerPoint":10,"pointValue":1,"expiresAfterDays":"30"}""", "expiresAfterDays")]
    public async Task Refuses_programs_that_make_no_sense(string body, string field)
    {
        var problem = await Shop.Staff.PutAsync(Program, new StringContent(body)).ShouldBeAsync(400, "invalid_request");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.GetRawText());
        Assert.Equal(0, (await Server.Guest.GetAsync(Program).ShouldBeAsync(200)).GetProperty("pointValue").GetInt64());
    }

    [Theory]
    [InlineData("""{"points":1,"reason":"a"}""", "storeId")]
    [InlineData("""{"storeId":"x","points":1,"reason":"a"}""", "storeId")]
    [InlineData("""{"storeId":"$","reason":"a"}""", "points")]
    [InlineData("""{"storeId":"$","points":0,"reason":"a"}""", "points")]
    [InlineData("""{"storeId":"$","points":1.5,"reason":"a"}""", "points")]
    [InlineData("""{"storeId":"$","points":1000000000001,"reason":"a"}""", "points")]
    [InlineData("""{"storeId":"$","points":1}""", "reason")]
    [InlineData("""{"storeId":"$","points":1,"reason":" "}""", "reason")]
    [InlineData("""{"storeId":"$","points":1,"reason":"a\u0000b"}""", "reason")]
    public async Task Refuses_adjustments_that_make_no_sense(string body, string field)
    {
        var customer = await CustomerAsync();
        using var message = new HttpRequestMessage(HttpMethod.Post, Points(customer) + "/adjustments")
        {
            Content = new StringContent(body.Replace("$", Shop.Id.ToString(), StringComparison.Ordinal)),
            Headers = { { "Idempotency-Key", "k" } },
        };
        var problem = await Shop.Staff.SendAsync(message).ShouldBeAsync(400, "invalid_request");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.GetRawText());
        Assert.Equal(0,
            await Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*) FROM points_accounts WHERE customer_id = $1", r => r.Long(0), customer)));
    }

    [Fact]
    public async Task Staff_adjust_once_by_key_and_never_below_zero()
    {
        var customer = await CustomerAsync();
        await SendAsync(Points(customer) + "/adjustments", new { storeId = Shop.Id, points = 5, reason = "x" }, null, Shop.Staff)
            .ShouldBeAsync(400, "idempotency_key_required");
        await SendAsync(Points(customer) + "/adjustments", new { storeId = Shop.Id, points = 5, reason = "x", balance = 1 }, "u",
            Shop.Staff).ShouldBeAsync(400, "unknown_field");
        var made = await AdjustAsync(customer, 50, "k").ShouldBeAsync(201);
        Assert.StartsWith(
            $$"""{"customerId":"{{customer}}","storeId":"{{Shop.Id}}","balance":50,"movement":{"storeId":"{{Shop.Id}}","sequence":1,"points":50,"reason":"adjusted","orderId":null,"note":"sorry","expiresAt":null,"createdAt":""",
            made.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(made.GetRawText(), (await AdjustAsync(customer, 50, "k").ShouldBeAsync(201)).GetRawText());
        await AdjustAsync(customer, 51, "k").ShouldBeAsync(422, "idempotency_key_reused");
        Assert.Equal(50, (await AdjustAsync(customer, -51).ShouldBeAsync(422, "insufficient_points")).GetProperty("balance").GetInt64());
        Assert.Equal(20, (await AdjustAsync(customer, -30).ShouldBeAsync(201)).GetProperty("balance").GetInt64());
        var together = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => AdjustAsync(customer, -10)));
        Assert.Equal((2, 8), (together.Count(r => (int)r.StatusCode == 201), together.Count(r => (int)r.StatusCode == 422)));
        Assert.Equal(0, (await Shop.Staff.GetAsync($"{Points(customer)}?storeId={Shop.Id}").ShouldBeAsync(200)).GetProperty("balance")
            .GetInt64());
        await VerifyAsync();
    }

    [Fact]
    public async Task Everybody_sees_what_is_theirs()
    {
        var (customer, guest, other) = (await CustomerAsync(), await CustomerAsync("guest"), Guid.CreateVersion7());
        var (me, others) = (Server.Customer(customer), Server.Staff(Guid.CreateVersion7()));
        await AdjustAsync(customer, 7).ShouldBeAsync(201);
        var path = $"{Points(customer)}?storeId={Shop.Id}";
        await others.GetAsync(path).ShouldBeAsync(404, "not_found");
        await AdjustAsync(customer, 7, client: others).ShouldBeAsync(404, "not_found");
        await others.PutAsJsonAsync(Program, new { amountPerPoint = 1, pointValue = 1 }).ShouldBeAsync(404, "not_found");
        foreach (var (client, status, code) in new[] { (Server.Guest, 401, "unauthenticated"), (me, 403, "forbidden"),
            (Server.Service(Shop.Id), 403, "forbidden") })
        {
            await client.GetAsync(path).ShouldBeAsync(status, code);
            await AdjustAsync(customer, 7, client: client).ShouldBeAsync(status, code);
            await client.PutAsJsonAsync(Program, new { amountPerPoint = 1, pointValue = 1 }).ShouldBeAsync(status, code);
        }

        await Server.Guest.GetAsync("/api/v1/loyalty").ShouldBeAsync(401, "unauthenticated");
        await Server.Guest.GetAsync($"/api/v1/loyalty/movements?storeId={Shop.Id}").ShouldBeAsync(401, "unauthenticated");
        foreach (var id in new[] { guest, other })
        {
            await Shop.Staff.GetAsync($"{Points(id)}?storeId={Shop.Id}").ShouldBeAsync(404, "not_found");
            await AdjustAsync(id, 7).ShouldBeAsync(404, "not_found");
        }

        await AdjustAsync(customer, 7, client: Server.Admin, store: Guid.CreateVersion7()).ShouldBeAsync(404, "not_found");
        await Server.Admin.PutAsJsonAsync($"/api/v1/stores/{Guid.CreateVersion7()}/loyalty-program",
            new { amountPerPoint = 1, pointValue = 1 }).ShouldBeAsync(404, "not_found");
        await Server.Guest.GetAsync($"/api/v1/stores/{Guid.CreateVersion7()}/loyalty-program").ShouldBeAsync(404, "not_found");
        await Server.Guest.GetAsync("/api/v1/stores/x/loyalty-program").ShouldBeAsync(404, "not_found");
        await Shop.Staff.GetAsync(Points(customer)).ShouldBeAsync(400, "invalid_request");
        await me.GetAsync("/api/v1/loyalty/movements?storeId=x").ShouldBeAsync(400, "invalid_request");
        await Server.Admin.GetAsync($"/api/v1/loyalty/x?storeId={Shop.Id}").ShouldBeAsync(404, "not_found");

        Assert.Equal(7, (await me.GetAsync("/api/v1/loyalty").ShouldBeAsync(200)).GetProperty("items")[0].GetProperty("balance")
            .GetInt64());
        Assert.Empty((await Server.Customer().GetAsync("/api/v1/loyalty").ShouldBeAsync(200)).GetProperty("items").EnumerateArray());
        Assert.Empty(
            (await Server.Customer().GetAsync($"/api/v1/loyalty/movements?storeId={Shop.Id}").ShouldBeAsync(200)).GetProperty("items")
            .EnumerateArray());
        Assert.Equal(7, (await Server.Admin.GetAsync(path).ShouldBeAsync(200)).GetProperty("balance").GetInt64());
    }

    [Fact]
    public async Task The_ledger_comes_newest_first_in_pages()
    {
        var customer = await CustomerAsync();
        var me = Server.Customer(customer);
        for (var i = 1; i <= 5; i++)
        {
            await AdjustAsync(customer, i).ShouldBeAsync(201);
        }

        var first = await me.GetAsync($"/api/v1/loyalty/movements?storeId={Shop.Id}&limit=3").ShouldBeAsync(200);
        Assert.Equal([5, 4, 3], first.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("points").GetInt64()));
        var second = await me.GetAsync(
            $"/api/v1/loyalty/movements?storeId={Shop.Id}&limit=3&cursor={first.GetProperty("nextCursor").GetString()}").ShouldBeAsync(200);
        Assert.Equal([2, 1], second.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("points").GetInt64()));
        await me.GetAsync($"/api/v1/loyalty/movements?storeId={Shop.Id}&cursor=eA").ShouldBeAsync(400, "invalid_cursor");
        await me.GetAsync("/api/v1/loyalty?cursor=eA").ShouldBeAsync(400, "invalid_cursor");
    }

    [Fact]
    public async Task Without_a_store_the_ledger_is_that_of_all_and_each_row_names_its_own()
    {
        var customer = await CustomerAsync();
        var me = Server.Customer(customer);
        var second = await Holdfast.Tests.Inventory.Shop.OpenAsync(Server);
        Guid[] stores = [Shop.Id, second.Id, Shop.Id, second.Id, Shop.Id];
        for (var i = 0; i < stores.Length; i++)
        {
            await AdjustAsync(customer, i + 1, client: Server.Admin, store: stores[i]).ShouldBeAsync(201);
        }

        var (rows, path) = (new List<(Guid, long)>(), "/api/v1/loyalty/movements?limit=2");
        for (var cursor = ""; cursor is not null;)
        {
            var page = await me.GetAsync(path + cursor).ShouldBeAsync(200);
            rows.AddRange(page.GetProperty("items").EnumerateArray()
                .Select(i => (i.GetProperty("storeId").GetGuid(), i.GetProperty("points").GetInt64())));
            cursor = page.GetProperty("nextCursor").GetString() is { } next ? $"&cursor={next}" : null;
        }

        Assert.Equal(Enumerable.Range(0, stores.Length).Select(i => (stores[i], i + 1L)).Order(), rows.Order());
        Assert.Equal([5, 3, 1], rows.Where(r => r.Item1 == Shop.Id).Select(r => r.Item2));
        Assert.Equal([4, 2], rows.Where(r => r.Item1 == second.Id).Select(r => r.Item2));
    }
}

public sealed class LoyaltyRoutes_on_sqlite(SqliteHost host) : LoyaltyRoutesTests(host), IClassFixture<SqliteHost>;

public sealed class LoyaltyRoutes_on_postgresql(PostgresHost host) : LoyaltyRoutesTests(host), IClassFixture<PostgresHost>;

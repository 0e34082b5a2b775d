using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Loyalty;
using Holdfast.Loyalty.Core;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Inventory;

namespace Holdfast.Tests.Loyalty;

/// <summary>Programs, balances, ledgers and adjustments, and the sweep.</summary>
public abstract class LoyaltyRoutesTests(Backend backend) : IAsyncLifetime
{
    private TestServer _server = null!;
    private Shop _shop = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(backend);
        _shop = await Shop.OpenAsync(_server);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private string Program => $"/api/v1/stores/{_shop.Id}/loyalty-program";

    private static string Points(Guid customer) => $"/api/v1/loyalty/{customer}";

    private async Task<Guid> CustomerAsync(string role = "customer")
    {
        var id = Guid.CreateVersion7();
        await _server.Db.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO users (id, role, email, email_key, active, created_at, updated_at) VALUES ($1, $2, $3, $3, $4, $5, $5)",
            id, role, $"{id:N}@example.com", true, DateTime.UnixEpoch));
        return id;
    }

    private Task<HttpResponseMessage> AdjustAsync(Guid customer, long points, string? key = null, HttpClient? client = null, Guid? store = null) =>
        SendAsync(Points(customer) + "/adjustments", new { storeId = store ?? _shop.Id, points, reason = "sorry" }, key ?? Guid.CreateVersion7().ToString(), client ?? _shop.Staff);

    private static async Task<HttpResponseMessage> SendAsync(string path, object body, string? key, HttpClient client)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            message.Headers.Add("Idempotency-Key", key);
        }

        return await client.SendAsync(message);
    }

    /// <summary>Earns and spends as orders would.</summary>
    private Task MoveAsync(Action<PointsBook, DateTime> move, params (Guid Customer, Guid Store)[] accounts) => _server.Db.WriteAsync(async tx =>
    {
        var book = await PointsPages.OpenAsync(tx, accounts, claim: true);
        var now = await tx.NowAsync();
        move(book, now);
        var batch = tx.Batch();
        PointsPages.Ink(book, batch, now);
        await batch.RunAsync();
    });

    private Task EarnAsync(Guid customer, long points, Guid? store = null) =>
        MoveAsync((book, now) => book.Earn(customer, store ?? _shop.Id, points, Guid.CreateVersion7(), now), (customer, store ?? _shop.Id));

    private Task SetAsync(int? days) => _shop.Staff.PutAsJsonAsync(Program, new { amountPerPoint = 1000, pointValue = 10, expiresAfterDays = days }).ShouldBeAsync(200);

    private async Task VerifyAsync() => Assert.Empty(await Verification.RunAsync(_server.Db, LoyaltyModule.Invariants));

    [Fact]
    public async Task A_store_without_a_program_gives_and_takes_nothing_until_staff_set_one()
    {
        var none = await _server.Guest.GetAsync(Program).ShouldBeAsync(200);
        Assert.Equal($$"""{"storeId":"{{_shop.Id}}","amountPerPoint":0,"pointValue":0,"expiresAfterDays":null}""", none.GetRawText());
        using var set = await _shop.Staff.PutAsJsonAsync(Program, new { amountPerPoint = 1000, pointValue = 10, expiresAfterDays = 365 });
        Assert.Equal((200, "\"1\""), ((int)set.StatusCode, set.Headers.ETag!.Tag));
        using var read = await _server.Guest.GetAsync(Program);
        Assert.Equal("\"1\"", read.Headers.ETag!.Tag);
        Assert.Equal($$"""{"storeId":"{{_shop.Id}}","amountPerPoint":1000,"pointValue":10,"expiresAfterDays":365}""", await read.Content.ReadAsStringAsync());

        async Task<HttpResponseMessage> PutAsync(string tag)
        {
            using var message = new HttpRequestMessage(HttpMethod.Put, Program) { Content = JsonContent.Create(new { amountPerPoint = 0, pointValue = 5 }) };
            message.Headers.TryAddWithoutValidation("If-Match", tag);
            return await _shop.Staff.SendAsync(message);
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
        var problem = await _shop.Staff.PutAsync(Program, new StringContent(body)).ShouldBeAsync(400, "invalid_request");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.GetRawText());
        Assert.Equal(0, (await _server.Guest.GetAsync(Program).ShouldBeAsync(200)).GetProperty("pointValue").GetInt64());
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
            Content = new StringContent(body.Replace("$", _shop.Id.ToString(), StringComparison.Ordinal)),
            Headers = { { "Idempotency-Key", "k" } },
        };
        var problem = await _shop.Staff.SendAsync(message).ShouldBeAsync(400, "invalid_request");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.GetRawText());
        Assert.Equal(0, await _server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM points_accounts", r => r.Long(0))));
    }

    [Fact]
    public async Task Staff_adjust_once_by_key_and_never_below_zero()
    {
        var customer = await CustomerAsync();
        await SendAsync(Points(customer) + "/adjustments", new { storeId = _shop.Id, points = 5, reason = "x" }, null, _shop.Staff).ShouldBeAsync(400, "idempotency_key_required");
        await SendAsync(Points(customer) + "/adjustments", new { storeId = _shop.Id, points = 5, reason = "x", balance = 1 }, "u", _shop.Staff).ShouldBeAsync(400, "unknown_field");
        var made = await AdjustAsync(customer, 50, "k").ShouldBeAsync(201);
        Assert.StartsWith($$"""{"customerId":"{{customer}}","storeId":"{{_shop.Id}}","balance":50,"movement":{"sequence":1,"points":50,"reason":"adjusted","orderId":null,"note":"sorry","expiresAt":null,"createdAt":""",
            made.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(made.GetRawText(), (await AdjustAsync(customer, 50, "k").ShouldBeAsync(201)).GetRawText());
        await AdjustAsync(customer, 51, "k").ShouldBeAsync(422, "idempotency_key_reused");
        Assert.Equal(50, (await AdjustAsync(customer, -51).ShouldBeAsync(422, "insufficient_points")).GetProperty("balance").GetInt64());
        Assert.Equal(20, (await AdjustAsync(customer, -30).ShouldBeAsync(201)).GetProperty("balance").GetInt64());
        var together = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => AdjustAsync(customer, -10)));
        Assert.Equal((2, 8), (together.Count(r => (int)r.StatusCode == 201), together.Count(r => (int)r.StatusCode == 422)));
        Assert.Equal(0, (await _shop.Staff.GetAsync($"{Points(customer)}?storeId={_shop.Id}").ShouldBeAsync(200)).GetProperty("balance").GetInt64());
        await VerifyAsync();
    }

    [Fact]
    public async Task Everybody_sees_what_is_theirs()
    {
        var (customer, guest, other) = (await CustomerAsync(), await CustomerAsync("guest"), Guid.CreateVersion7());
        var (me, others) = (_server.Customer(customer), _server.Staff(Guid.CreateVersion7()));
        await AdjustAsync(customer, 7).ShouldBeAsync(201);
        var path = $"{Points(customer)}?storeId={_shop.Id}";
        await others.GetAsync(path).ShouldBeAsync(404, "not_found");
        await AdjustAsync(customer, 7, client: others).ShouldBeAsync(404, "not_found");
        await others.PutAsJsonAsync(Program, new { amountPerPoint = 1, pointValue = 1 }).ShouldBeAsync(404, "not_found");
        foreach (var (client, status, code) in new[] { (_server.Guest, 401, "unauthenticated"), (me, 403, "forbidden"), (_server.Service(_shop.Id), 403, "forbidden") })
        {
            await client.GetAsync(path).ShouldBeAsync(status, code);
            await AdjustAsync(customer, 7, client: client).ShouldBeAsync(status, code);
            await client.PutAsJsonAsync(Program, new { amountPerPoint = 1, pointValue = 1 }).ShouldBeAsync(status, code);
        }

        await _server.Guest.GetAsync("/api/v1/loyalty").ShouldBeAsync(401, "unauthenticated");
        await _server.Guest.GetAsync($"/api/v1/loyalty/movements?storeId={_shop.Id}").ShouldBeAsync(401, "unauthenticated");
        foreach (var id in new[] { guest, other })
        {
            await _shop.Staff.GetAsync($"{Points(id)}?storeId={_shop.Id}").ShouldBeAsync(404, "not_found");
            await AdjustAsync(id, 7).ShouldBeAsync(404, "not_found");
        }

        await AdjustAsync(customer, 7, client: _server.Admin, store: Guid.CreateVersion7()).ShouldBeAsync(404, "not_found");
        await _server.Admin.PutAsJsonAsync($"/api/v1/stores/{Guid.CreateVersion7()}/loyalty-program", new { amountPerPoint = 1, pointValue = 1 }).ShouldBeAsync(404, "not_found");
        await _server.Guest.GetAsync($"/api/v1/stores/{Guid.CreateVersion7()}/loyalty-program").ShouldBeAsync(404, "not_found");
        await _server.Guest.GetAsync("/api/v1/stores/x/loyalty-program").ShouldBeAsync(404, "not_found");
        await _shop.Staff.GetAsync(Points(customer)).ShouldBeAsync(400, "invalid_request");
        await me.GetAsync("/api/v1/loyalty/movements").ShouldBeAsync(400, "invalid_request");
        await _server.Admin.GetAsync($"/api/v1/loyalty/x?storeId={_shop.Id}").ShouldBeAsync(404, "not_found");

        Assert.Equal(7, (await me.GetAsync("/api/v1/loyalty").ShouldBeAsync(200)).GetProperty("items")[0].GetProperty("balance").GetInt64());
        Assert.Empty((await _server.Customer().GetAsync("/api/v1/loyalty").ShouldBeAsync(200)).GetProperty("items").EnumerateArray());
        Assert.Empty((await _server.Customer().GetAsync($"/api/v1/loyalty/movements?storeId={_shop.Id}").ShouldBeAsync(200)).GetProperty("items").EnumerateArray());
        Assert.Equal(7, (await _server.Admin.GetAsync(path).ShouldBeAsync(200)).GetProperty("balance").GetInt64());
    }

    [Fact]
    public async Task Balances_come_by_store_with_what_lapses_next()
    {
        var customer = await CustomerAsync();
        var second = await Shop.OpenAsync(_server);
        var me = _server.Customer(customer);
        await SetAsync(30);
        await EarnAsync(customer, 100);
        await EarnAsync(customer, 9, second.Id);
        await MoveAsync((book, _) => book.TryRedeem(customer, _shop.Id, 40, Guid.CreateVersion7(), "redeemed"), (customer, _shop.Id));

        async Task<Dictionary<Guid, JsonElement>> ReadAsync() =>
            (await me.GetAsync("/api/v1/loyalty").ShouldBeAsync(200)).GetProperty("items").EnumerateArray().ToDictionary(i => i.GetProperty("storeId").GetGuid());

        var mine = await ReadAsync();
        Assert.Equal((60, 60), (mine[_shop.Id].GetProperty("balance").GetInt64(), mine[_shop.Id].GetProperty("nextExpiry").GetProperty("points").GetInt64()));
        Assert.Equal(9, mine[second.Id].GetProperty("balance").GetInt64());
        Assert.Equal(JsonValueKind.Null, mine[second.Id].GetProperty("nextExpiry").ValueKind);
        var page = await me.GetAsync("/api/v1/loyalty?limit=1").ShouldBeAsync(200);
        var rest = await me.GetAsync($"/api/v1/loyalty?limit=1&cursor={page.GetProperty("nextCursor").GetString()}").ShouldBeAsync(200);
        Assert.Equal(mine.Keys.Order(), [page.GetProperty("items")[0].GetProperty("storeId").GetGuid(), rest.GetProperty("items")[0].GetProperty("storeId").GetGuid()]);
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("nextCursor").ValueKind);

        _server.Db.ClockSkew += TimeSpan.FromDays(30);
        mine = await ReadAsync();
        Assert.Equal((0, JsonValueKind.Null), (mine[_shop.Id].GetProperty("balance").GetInt64(), mine[_shop.Id].GetProperty("nextExpiry").ValueKind));
        Assert.Equal(0, (await _shop.Staff.GetAsync($"{Points(customer)}?storeId={_shop.Id}").ShouldBeAsync(200)).GetProperty("balance").GetInt64());
        await VerifyAsync();
    }

    [Fact]
    public async Task The_ledger_comes_newest_first_in_pages()
    {
        var customer = await CustomerAsync();
        var me = _server.Customer(customer);
        for (var i = 1; i <= 5; i++)
        {
            await AdjustAsync(customer, i).ShouldBeAsync(201);
        }

        var first = await me.GetAsync($"/api/v1/loyalty/movements?storeId={_shop.Id}&limit=3").ShouldBeAsync(200);
        Assert.Equal([5, 4, 3], first.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("points").GetInt64()));
        var second = await me.GetAsync($"/api/v1/loyalty/movements?storeId={_shop.Id}&limit=3&cursor={first.GetProperty("nextCursor").GetString()}").ShouldBeAsync(200);
        Assert.Equal([2, 1], second.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("points").GetInt64()));
        await me.GetAsync($"/api/v1/loyalty/movements?storeId={_shop.Id}&cursor=eA").ShouldBeAsync(400, "invalid_request");
        await me.GetAsync("/api/v1/loyalty?cursor=eA").ShouldBeAsync(400, "invalid_request");
    }

    [Fact]
    public async Task The_sweep_books_what_is_over_once_however_many_run_it()
    {
        await SetAsync(30);
        var customers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CustomerAsync()));
        foreach (var customer in customers)
        {
            await EarnAsync(customer, 10);
        }

        var sweep = _server.Get<LapsePoints>();
        Assert.Equal(0, await sweep.SweepOnceAsync());
        _server.Db.ClockSkew += TimeSpan.FromDays(30);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => sweep.SweepOnceAsync()));
        await Until.TrueAsync("all have lapsed", async () => await sweep.SweepOnceAsync() == 0
            && await _server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM points_accounts WHERE balance = 0 AND next_expiry IS NULL", r => r.Long(0))) == 6, 10);
        Assert.Equal((6, -60), await _server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*), SUM(delta) FROM points_movements WHERE reason = 'lapsed'", r => (r.Long(0), r.Long(1)))));
        await VerifyAsync();
    }

    [Fact]
    public async Task The_sweep_and_those_who_decide_do_not_book_twice()
    {
        await SetAsync(30);
        var customers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CustomerAsync()));
        foreach (var customer in customers)
        {
            await EarnAsync(customer, 10);
            await AdjustAsync(customer, 5).ShouldBeAsync(201);
        }

        _server.Db.ClockSkew += TimeSpan.FromDays(30);
        var sweeps = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _server.Get<LapsePoints>().SweepOnceAsync()));
        await Task.WhenAll(customers.Select(c => AdjustAsync(c, -6).ShouldBeAsync(422, "insufficient_points")).Concat(customers.Select(c => (Task<JsonElement>)AdjustAsync(c, -5).ShouldBeAsync(201))));
        await sweeps;
        await Until.TrueAsync("all have lapsed", async () => await _server.Get<LapsePoints>().SweepOnceAsync() == 0
            && await _server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM points_movements WHERE reason = 'lapsed' AND delta = -10", r => r.Long(0))) == 8, 10);
        await VerifyAsync();
    }
}

public sealed class LoyaltyRoutes_on_sqlite() : LoyaltyRoutesTests(Backend.Sqlite);

public sealed class LoyaltyRoutes_on_postgresql() : LoyaltyRoutesTests(Backend.Postgres);

using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Promotions;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Inventory;

namespace Holdfast.Tests.Promotions;

/// <summary>Managing codes, and asking what they would do.</summary>
public abstract class DiscountRoutesTests(TestHost host)
{
    private const string Codes = "/api/v1/discount-codes";

    private TestServer Server => host.Server;

    private Task<Shop> ShopAsync() => Shop.OpenAsync(Server);

    private static string NewName() => $"c{Guid.CreateVersion7().ToString("N")[16..]}";

    private static string Of(string code, Shop? shop) => $"{Codes}/{code}" + (shop is null ? "" : $"?storeId={shop.Id}");

    private Task UseAsync(Guid codeId, Guid orderId, Guid storeId, string buyer) => Server.UseAsync(codeId, orderId, storeId, buyer);

    [Fact]
    public async Task A_code_is_made_and_read_as_it_was_made()
    {
        var shop = await ShopAsync();
        var name = NewName();
        using var made = await shop.Staff.PostAsJsonAsync(Codes, new
        {
            storeId = shop.Id,
            code = name,
            kind = "percent",
            value = 12.5m,
            startsAt = "2026-01-01T00:00:00+07:00",
            endsAt = "2099-01-01T00:00:00.1234567Z",
            minimumSubtotal = 1000,
            usageLimit = 10,
            usageLimitPerCustomer = 1,
            categories = new[] { " Giày ", "Giày", "Mũ" },
        });
        Assert.Equal(201, (int)made.StatusCode);
        Assert.Equal("\"1\"", made.Headers.ETag!.Tag);
        var view = await made.JsonAsync();
        Assert.StartsWith(
            $$"""{"id":"{{view.Id()}}","storeId":"{{shop.Id}}","code":"{{name}}","kind":"percent","value":12.5,"currency":null,"startsAt":"2025-12-31T17:00:00.000Z","endsAt":"2099-01-01T00:00:00.123Z","minimumSubtotal":1000,"usageLimit":10,"usageLimitPerCustomer":1,"categories":["Giày","Mũ"],"active":true,"used":0,"version":1,"createdAt":""",
            view.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(view.GetRawText(), (await shop.Staff.GetAsync(Of(name.ToUpperInvariant(), shop)).ShouldBeAsync(200)).GetRawText());
        Assert.Equal(view.GetRawText(), (await shop.Staff.GetAsync(made.Headers.Location).ShouldBeAsync(200)).GetRawText());
        Assert.Equal(view.GetRawText(), (await shop.Staff.GetAsync($"{Codes}?storeId={shop.Id}").ShouldBeAsync(200)).GetProperty("items")[0]
            .GetRawText());
    }

    [Fact]
    public async Task A_name_is_taken_in_either_case_but_only_in_its_store()
    {
        var (shop, other) = (await ShopAsync(), await ShopAsync());
        var name = NewName();
        object Body(Guid storeId, string code) => new { storeId, code, kind = "free_shipping" };
        await shop.Staff.PostAsJsonAsync(Codes, Body(shop.Id, name)).ShouldBeAsync(201);
        await shop.Staff.PostAsJsonAsync(Codes, Body(shop.Id, name.ToUpperInvariant())).ShouldBeAsync(409, "discount_code_taken");
        await other.Staff.PostAsJsonAsync(Codes, Body(other.Id, name)).ShouldBeAsync(201);
        await Server.Admin.PostAsJsonAsync(Codes, new { code = name, kind = "free_shipping" }).ShouldBeAsync(201);
        await Server.Admin.PostAsJsonAsync(Codes, new { code = name, kind = "free_shipping" }).ShouldBeAsync(409, "discount_code_taken");
        var racing = NewName();
        var sent = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.Staff.PostAsJsonAsync(Codes, Body(shop.Id, racing))));
        Assert.Equal((1, 9), (sent.Count(r => (int)r.StatusCode == 201), sent.Count(r => (int)r.StatusCode == 409)));
    }

    [Fact]
    public async Task A_retried_request_makes_one_code()
    {
        var shop = await ShopAsync();
        var body = new { storeId = shop.Id, code = NewName(), kind = "fixed", value = 500 };
        async Task<HttpResponseMessage> SendAsync()
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, Codes)
            {
                Content = JsonContent.Create(body),
                Headers = { { "Idempotency-Key", "k" } }
            };
            return await shop.Staff.SendAsync(message);
        }

        using var first = await SendAsync();
        using var again = await SendAsync();
        Assert.Equal((201, 201), ((int)first.StatusCode, (int)again.StatusCode));
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"kind":"percent","value":10}""", "code")]
    [InlineData("""{"code":"ab","kind":"percent","value":10}""", "code")]
    [InlineData("""{"code":"12345678901234567890123456789012345678901","kind":"percent","value":10}""", "code")]
    [InlineData("""{"code":"a b","kind":"percent","value":10}""", "code")]
    [InlineData("""{"code":"giảm","kind":"percent","value":10}""", "code")]
    [InlineData("""{"code":"'; DROP TABLE orders; --","kind":"percent","value":10}""", "code")]
    [InlineData("""{"code":"<script>","kind":"percent","value":10}""", "code")]
    [InlineData("""{"code":"abc"}""", "kind")]
    [InlineData("""{"code":"abc","kind":"half","value":10}""", "kind")]
    [InlineData("""{"code":"abc","kind":"percent"}""", "value")]
    [InlineData("""{"code":"abc","kind":"percent","value":0}""", "value")]
    [InlineData("""{"code":"abc","kind":"percent","value":-5}""", "value")]
    [InlineData("""{"code":"abc","kind":"percent","value":100.01}""", "value")]
    [InlineData("""{"code":"abc","kind":"percent","value":12.345}""", "value")]
    [InlineData("""{"code":"abc","kind":"percent","value":"10"}""", "value")]
    [InlineData("""{"code":"abc","kind":"percent","value":1e309}""", "value")]
    [InlineData("""{"code":"abc","kind":"fixed","value":0}""", "value")]
    [InlineData("""{"code":"abc","kind":"fixed","value":1.5}""", "value")]
    [InlineData("""{"code":"abc","kind":"fixed","value":1000000000000001}""", "value")]
    [InlineData("""{"code":"abc","kind":"free_shipping","value":1}""", "value")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"currency":"VND"}""", "currency")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"startsAt":"tomorrow"}""", "startsAt")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-02T00:00:00Z"}""",
        "endsAt")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"minimumSubtotal":0}""", "minimumSubtotal")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"usageLimit":0}""", "usageLimit")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"usageLimit":2.5}""", "usageLimit")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"usageLimitPerCustomer":-1}""", "usageLimitPerCustomer")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"usageLimit":1,"usageLimitPerCustomer":2}""", "usageLimitPerCustomer")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"categories":"Giày"}""", "categories")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"categories":[" "]}""", "categories")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"active":"yes"}""", "active")]
    public async Task Refuses_odd_values_by_name(string body, string field)
    {
        var shop = await ShopAsync();
        var ofStore = $"{{\"storeId\":\"{shop.Id}\",{body[1..]}";
        var problem = await shop.Staff.PostAsync(Codes, new StringContent(ofStore)).ShouldBeAsync(400, "invalid_request");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.GetRawText());
        Assert.Empty((await shop.Staff.GetAsync($"{Codes}?storeId={shop.Id}").ShouldBeAsync(200)).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"code":"abc","kind":"fixed","value":10}""")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"minimumSubtotal":5}""")]
    [InlineData("""{"code":"abc","kind":"percent","value":10,"currency":"VND"}""")]
    [InlineData("""{"code":"abc","kind":"fixed","value":10,"currency":"vnd"}""")]
    public async Task Amounts_for_all_stores_have_a_currency_and_nothing_else_has(string body)
    {
        var problem = await Server.Admin.PostAsync(Codes, new StringContent(body)).ShouldBeAsync(400, "invalid_request");
        Assert.True(problem.GetProperty("errors").TryGetProperty("currency", out _), problem.GetRawText());
    }

    [Fact]
    public async Task Members_that_are_unknown_or_read_only_are_named()
    {
        var shop = await ShopAsync();
        var name = NewName();
        await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code = name, kind = "free_shipping", used = 3 })
            .ShouldBeAsync(400, "unknown_field");
        await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code = name, kind = "free_shipping" }).ShouldBeAsync(201);
        await shop.Staff.PutAsJsonAsync(Of(name, shop), new { code = "other", kind = "free_shipping" }).ShouldBeAsync(400, "unknown_field");
        await shop.Staff.PutAsJsonAsync(Of(name, shop), new { storeId = shop.Id, kind = "free_shipping" })
            .ShouldBeAsync(400, "unknown_field");
    }

    [Fact]
    public async Task Is_for_the_stores_staff_and_for_all_stores_the_admins()
    {
        var shop = await ShopAsync();
        var others = Server.Staff(Guid.CreateVersion7());
        var name = NewName();
        var body = new { storeId = shop.Id, code = name, kind = "free_shipping" };
        await others.PostAsJsonAsync(Codes, body).ShouldBeAsync(404, "not_found");
        await Server.Customer().PostAsJsonAsync(Codes, body).ShouldBeAsync(403, "forbidden");
        await Server.Service(shop.Id).PostAsJsonAsync(Codes, body).ShouldBeAsync(403, "forbidden");
        await Server.Guest.PostAsJsonAsync(Codes, body).ShouldBeAsync(401, "unauthenticated");
        await shop.Staff.PostAsJsonAsync(Codes, new { code = name, kind = "free_shipping" }).ShouldBeAsync(403, "forbidden");
        await Server.Admin.PostAsJsonAsync(Codes, new { storeId = Guid.CreateVersion7(), code = name, kind = "free_shipping" })
            .ShouldBeAsync(422, "unknown_store");
        await shop.Staff.PostAsJsonAsync(Codes, body).ShouldBeAsync(201);

        await others.GetAsync(Of(name, shop)).ShouldBeAsync(404, "not_found");
        await others.GetAsync($"{Codes}?storeId={shop.Id}").ShouldBeAsync(404, "not_found");
        await others.PutAsJsonAsync(Of(name, shop), new { kind = "free_shipping" }).ShouldBeAsync(404, "not_found");
        await others.DeleteAsync(Of(name, shop)).ShouldBeAsync(404, "not_found");
        foreach (var path in new[] { Codes, Of(name, null) })
        {
            await shop.Staff.GetAsync(path).ShouldBeAsync(403, "forbidden");
        }

        await shop.Staff.PutAsJsonAsync(Of(name, null), new { kind = "free_shipping" }).ShouldBeAsync(403, "forbidden");
        await shop.Staff.DeleteAsync(Of(name, null)).ShouldBeAsync(403, "forbidden");
        await Server.Admin.GetAsync(Of(name, shop)).ShouldBeAsync(200);
        await Server.Admin.GetAsync(Of(name, null)).ShouldBeAsync(404, "not_found");
        await Server.Admin.GetAsync($"{Codes}?storeId=x").ShouldBeAsync(400, "invalid_request");
        await shop.Staff.GetAsync(Of("a%20b", shop)).ShouldBeAsync(404, "not_found");
    }

    [Fact]
    public async Task Lists_by_code_in_pages_and_by_beginning()
    {
        var shop = await ShopAsync();
        foreach (var code in new[] { "SUMMER-2", "summer-1", "WINTER", "autumn" })
        {
            await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code, kind = "free_shipping" }).ShouldBeAsync(201);
        }

        async Task<(string[] Codes, string? Next)> PageAsync(string query)
        {
            var page = await shop.Staff.GetAsync($"{Codes}?storeId={shop.Id}&{query}").ShouldBeAsync(200);
            return ([.. page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString()!)],
                page.GetProperty("nextCursor").GetString());
        }

        var first = await PageAsync("limit=3");
        Assert.Equal(["autumn", "summer-1", "SUMMER-2"], first.Codes);
        Assert.Equal(["WINTER"], (await PageAsync($"limit=3&cursor={first.Next}")).Codes);
        Assert.Equal(["summer-1", "SUMMER-2"], (await PageAsync("code=Summer-")).Codes);
        Assert.Empty((await PageAsync("code=%25")).Codes);
        Assert.Empty((await PageAsync("code=_")).Codes);
    }

    [Fact]
    public async Task Replaces_the_rule_of_the_version_that_was_read()
    {
        var shop = await ShopAsync();
        var name = NewName();
        await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code = name, kind = "percent", value = 10, minimumSubtotal = 5 })
            .ShouldBeAsync(201);
        async Task<HttpResponseMessage> PutAsync(object body, string? tag)
        {
            using var message = new HttpRequestMessage(HttpMethod.Put,
                Of(name.ToUpperInvariant(), shop))
            { Content = JsonContent.Create(body) };
            if (tag is not null)
            {
                message.Headers.TryAddWithoutValidation("If-Match", tag);
            }

            return await shop.Staff.SendAsync(message);
        }

        await PutAsync(new { kind = "fixed", value = 700 }, "\"2\"").ShouldBeAsync(412, "precondition_failed");
        var changed = await PutAsync(new { kind = "fixed", value = 700, active = false }, "\"1\"").ShouldBeAsync(200);
        Assert.Equal(("fixed", 700, JsonValueKind.Null, false, 2, name),
            (changed.GetProperty("kind").GetString(), changed.GetProperty("value").GetInt64(),
            changed.GetProperty("minimumSubtotal").ValueKind, changed.GetProperty("active").GetBoolean(), changed.GetProperty("version")
            .GetInt64(), changed.GetProperty("code").GetString()));
        await PutAsync(new { kind = "fixed", value = 700 }, "\"1\"").ShouldBeAsync(412, "precondition_failed");
        await PutAsync(new { kind = "fixed", value = 800 }, null).ShouldBeAsync(200);
        var read = await shop.Staff.GetAsync(Of(name, shop)).ShouldBeAsync(200);
        Assert.Equal((800, 3), (read.GetProperty("value").GetInt64(), read.GetProperty("version").GetInt64()));
        await shop.Staff.PutAsJsonAsync(Of(NewName(), shop), new { kind = "fixed", value = 1 }).ShouldBeAsync(404, "not_found");
    }

    [Fact]
    public async Task A_limit_is_not_set_below_what_is_used()
    {
        var shop = await ShopAsync();
        var name = NewName();
        var id = (await shop.Staff.PostAsJsonAsync(Codes,
            new { storeId = shop.Id, code = name, kind = "free_shipping", usageLimitPerCustomer = 5 }).ShouldBeAsync(201)).Id();
        for (var i = 0; i < 3; i++)
        {
            await UseAsync(id, Guid.CreateVersion7(), shop.Id, i == 0 ? "a@x" : "b@x");
        }

        var total = await shop.Staff.PutAsJsonAsync(Of(name, shop), new { kind = "free_shipping", usageLimit = 2 })
            .ShouldBeAsync(409, "discount_limit_below_uses");
        Assert.Equal(("usageLimit", 3), (total.GetProperty("field").GetString(), total.GetProperty("uses").GetInt64()));
        var each = await shop.Staff.PutAsJsonAsync(Of(name, shop), new { kind = "free_shipping", usageLimitPerCustomer = 1 })
            .ShouldBeAsync(409, "discount_limit_below_uses");
        Assert.Equal(("usageLimitPerCustomer", 2), (each.GetProperty("field").GetString(), each.GetProperty("uses").GetInt64()));
        await shop.Staff.PutAsJsonAsync(Of(name, shop), new { kind = "free_shipping" }).ShouldBeAsync(200);
        await shop.Staff.PutAsJsonAsync(Of(name, shop), new { kind = "free_shipping", usageLimitPerCustomer = 1 })
            .ShouldBeAsync(409, "discount_limit_below_uses");
        var changed = await shop.Staff.PutAsJsonAsync(Of(name, shop),
            new { kind = "free_shipping", usageLimit = 3, usageLimitPerCustomer = 2 }).ShouldBeAsync(200);
        Assert.Equal(3, changed.GetProperty("used").GetInt64());
    }

    [Fact]
    public async Task An_unused_code_is_deleted_and_a_used_one_deactivated()
    {
        var shop = await ShopAsync();
        var (unused, used) = (NewName(), NewName());
        await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code = unused, kind = "free_shipping" }).ShouldBeAsync(201);
        var id = (await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code = used, kind = "free_shipping" })
            .ShouldBeAsync(201)).Id();
        await UseAsync(id, Guid.CreateVersion7(), shop.Id, "a@x");

        using var stale = new HttpRequestMessage(HttpMethod.Delete, Of(unused, shop));
        stale.Headers.TryAddWithoutValidation("If-Match", "\"9\"");
        await shop.Staff.SendAsync(stale).ShouldBeAsync(412, "precondition_failed");
        Assert.Equal(204, (int)(await shop.Staff.DeleteAsync(Of(unused, shop))).StatusCode);
        await shop.Staff.GetAsync(Of(unused, shop)).ShouldBeAsync(404, "not_found");
        await shop.Staff.DeleteAsync(Of(unused, shop)).ShouldBeAsync(404, "not_found");

        var kept = await shop.Staff.DeleteAsync(Of(used, shop)).ShouldBeAsync(200);
        Assert.Equal((false, 2), (kept.GetProperty("active").GetBoolean(), kept.GetProperty("version").GetInt64()));
        Assert.Equal(2, (await shop.Staff.DeleteAsync(Of(used, shop)).ShouldBeAsync(200)).GetProperty("version").GetInt64());
        await Server.Guest.QuoteAsync(used, shop.Id, 100).ShouldBeAsync(422, "discount_not_active");
    }

    [Fact]
    public async Task Changing_a_code_and_using_it_at_once_keeps_its_limit()
    {
        var shop = await ShopAsync();
        var name = NewName();
        var id = (await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code = name, kind = "free_shipping", usageLimit = 100 })
            .ShouldBeAsync(201)).Id();
        var changes = Enumerable.Range(1, 20)
            .Select(i => shop.Staff.PutAsJsonAsync(Of(name, shop), new { kind = "free_shipping", usageLimit = i }));
        var uses = Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                await UseAsync(id, Guid.CreateVersion7(), shop.Id, $"b{i}@x");
            }
            catch (InvalidOperationException)
            {
                // The limit was set first.
            }
        });
        var answers = Task.WhenAll(changes);
        await Task.WhenAll(uses);
        Assert.All(await answers, a => Assert.Contains((int)a.StatusCode, (int[])[200, 409]));
        var read = await shop.Staff.GetAsync(Of(name, shop)).ShouldBeAsync(200);
        Assert.True(read.GetProperty("used").GetInt64() <= read.GetProperty("usageLimit").GetInt64(), read.GetRawText());
        Assert.Empty(await Holdfast.Platform.Data.Verification.RunAsync(Server.Db, PromotionsModule.Invariants));
    }
}

public sealed class DiscountRoutes_on_sqlite(SqliteHost host) : DiscountRoutesTests(host), IClassFixture<SqliteHost>;

public sealed class DiscountRoutes_on_postgresql(PostgresHost host) : DiscountRoutesTests(host), IClassFixture<PostgresHost>;

using System.Text.Json.Nodes;
using Holdfast.Tests.Catalog;

namespace Holdfast.Tests.Http;

/// <summary>A time means one moment on every server: it has an offset, or it is a day of the store.</summary>
public abstract class TimeInputTests(EveryRouteHost host)
{
    private readonly EveryRoute _routes = host.Routes;

    private HttpClient Admin => _routes.Admin;

    [Theory]
    [InlineData("2026-12-31")]
    [InlineData("2026-12-31T12:00:00")]
    [InlineData("2026-12-31T12:00")]
    [InlineData("31.12.2026")]
    [InlineData("2026-12-31T12:00:00+0700")]
    public async Task A_time_without_its_offset_is_refused_in_every_body_and_query(string time)
    {
        var tried = 0;
        foreach (var (route, where, body) in _routes.Texts().Where(t => IsTime(t.Where)))
        {
            EveryRoute.Replace(body, where, time);
            using var request = _routes.Request(route, new StringContent(body.ToJsonString()));
            using var answer = await Admin.SendAsync(request, TestContext.Current.CancellationToken);
            var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            Assert.True((int)answer.StatusCode == 400 && (string?)problem["code"] == "invalid_request",
                $"{route} {where}: {answer.StatusCode} {problem}");
            Assert.Contains("RFC 3339", (string)problem["errors"]![where[1..]]![0]!, StringComparison.Ordinal);
            tried++;
        }

        foreach (var path in new[] { $"/audit-log?from={time}", $"/audit-log?to={time}", $"/orders?from={time}", $"/orders?to={time}" })
        {
            (await Admin.Get(path.Replace("+", "%2B", StringComparison.Ordinal))).Is(400, "invalid_request");
            tried++;
        }

        Assert.True(tried >= 9, $"only {tried}");
    }

    [Theory]
    [InlineData("Asia/Ho_Chi_Minh", "2026-12-30T17:00:00.000Z", "2026-12-31T17:00:00.000Z")]
    [InlineData("America/New_York", "2026-12-31T05:00:00.000Z", "2027-01-01T05:00:00.000Z")]
    [InlineData(null, "2026-12-30T17:00:00.000Z", "2026-12-31T17:00:00.000Z")]
    public async Task A_code_is_good_for_whole_days_of_its_store(string? zone, string starts, string ends)
    {
        var store = await Admin.Post("/stores",
            new { name = "Shop", slug = $"s-{Guid.CreateVersion7():N}", currency = "VND", timeZone = zone });
        Assert.Equal(zone ?? "Asia/Ho_Chi_Minh", (string?)store["timeZone"]);
        var code = $"D{Guid.CreateVersion7():N}"[..20];
        var rule = new { storeId = store.Id, code, kind = "fixed", value = 1, startsAt = "2026-12-31", endsAt = "2026-12-31" };
        var made = await Admin.Post("/discount-codes", rule);
        Assert.Equal((starts, ends), ((string?)made["startsAt"], (string?)made["endsAt"]));
        var changed = await Admin.Put($"/discount-codes/{code}?storeId={store.Id}",
            new { kind = "fixed", value = 1, endsAt = "2026-12-31" });
        Assert.Equal((null, ends), ((string?)changed["startsAt"], (string?)changed["endsAt"]));
        var backwards = await Admin.Post("/discount-codes",
            new { storeId = store.Id, code = $"{code}x", kind = "fixed", value = 1, startsAt = "2026-12-31", endsAt = "2026-12-30" });
        backwards.Is(400, "invalid_request");
        Assert.Equal(["endsAt"], backwards.FieldNames);
    }

    [Fact]
    public async Task Stores_of_other_currencies_have_UTC_unless_they_say_otherwise()
    {
        var store = await Admin.Post("/stores", new { name = "Shop", slug = $"s-{Guid.CreateVersion7():N}", currency = "BRL" });
        Assert.Equal("UTC", (string?)store["timeZone"]);
    }

    [Fact]
    public async Task Orders_are_listed_by_the_days_of_their_store()
    {
        var store = await Admin.NewStoreAsync();
        var product = await Admin.NewProductAsync(store, "A");
        var variant = (string)product["variants"]![0]!["id"]!;
        await Admin.Post($"/inventory/{variant}/receipts", new { quantity = 5, reference = "r" });
        var order = await Admin.Post("/orders", new
        {
            storeId = store,
            lines = new[] { new { variantId = variant, quantity = 1 } },
            deliveryAddress = "1 Lê Lợi",
            contactPhone = "0901234567",
            customer = new { email = "an@example.com" },
            idempotencyKey = Guid.CreateVersion7().ToString(),
        });
        // 23:30 of the 14th in Vietnam, and still the 14th in UTC; half an hour later only in Vietnam the 15th.
        foreach (var (placed, day, next) in new[] { (new DateTime(2026, 6, 14, 16, 30, 0, DateTimeKind.Utc), "2026-06-14", "2026-06-15"),
            (new DateTime(2026, 6, 14, 17, 0, 0, DateTimeKind.Utc), "2026-06-15", "2026-06-16") })
        {
            await _routes.Server.Db.WriteAsync(tx =>
                tx.ExecuteAsync("UPDATE orders SET created_at = $2 WHERE id = $1", Guid.Parse(order.Id), placed));
            Assert.Single((await Admin.Get($"/orders?storeId={store}&limit=99&from={day}&to={day}")).Items);
            Assert.Empty((await Admin.Get($"/orders?storeId={store}&limit=99&from={next}")).Items);
        }
    }

    private static bool IsTime(string where) => where.EndsWith("At", StringComparison.Ordinal);
}

public sealed class TimeInput_on_sqlite(SqliteEveryRoute host) : TimeInputTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class TimeInput_on_postgresql(PostgresEveryRoute host) : TimeInputTests(host), IClassFixture<PostgresEveryRoute>;

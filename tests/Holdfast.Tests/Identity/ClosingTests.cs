using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Commands;
using Holdfast.Identity.Accounts;
using Holdfast.Orders.Core;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Identity;

/// <summary>What a closed account leaves: the shop's books, and of the person nothing, in no column of any table.</summary>
public abstract partial class ClosingTests(Backend backend) : IAsyncLifetime
{
    private const string Password = "a good long password";
    private const string Name = "Quillon Person";
    private const string Phone = "+84 913 577 246";
    private const string Street = "17 Plughstreet";

    private readonly string _email = $"{Guid.CreateVersion7():N}@example.com";
    private readonly EndlessHook _endless = new();
    private TestServer? _server;

    private TestServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        if (backend == Backend.Postgres)
        {
            PostgresServer.Require();
        }

        // With limits on unpaid orders, buyers leave hashes by which they are known again.
        _server = await TestServer.StartAsync(backend, s => s.AddSingleton(new OrderOptions { MaxPendingOrders = 1000 })
            .AddSingleton<AccountHook>(_endless));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Nothing_personal_is_left_in_any_table()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddVariantAsync(5000, 100, 10);
        await shop.AddCodeAsync("TEN", "percent", 1000, perCustomer: 5);
        await shop.AddProgramAsync(100, 10);
        var guests = await PlaceAsync(shop, Server.Guest);
        var me = await RegisterAsync();
        await VerifyEmailAsync(me);
        await CancelAsync(me, guests);
        var delivered = await PlaceAsync(shop, me, key: "first");
        await DeliverAsync(delivered);
        // A transaction told twice changes nothing, but is answered, and the answer is kept.
        await PayAsync(delivered, "again");
        await PostAsync(Server.Admin, $"/orders/{Id(delivered)}/return", new JsonObject());
        // Once it is hidden, no event tells the answer; the same again gets the same.
        Assert.Equal(204, (int)(await me.DeleteAsync($"/api/v1/orders/{Id(delivered)}")).StatusCode);
        Assert.Equal((await PayAsync(delivered, "hidden")).GetRawText(), (await PayAsync(delivered, "hidden")).GetRawText());
        await CancelAsync(me, await PlaceAsync(shop, me));
        await PostAsync(Server.Guest, "/auth/forgot-password", new JsonObject { ["email"] = _email });
        await QuoteInDeadLetterAsync(Id(delivered));
        await SettleAsync();
        Assert.NotEmpty(await PlacesOfAsync(_email));

        await CloseAsync(me);
        await SettleAsync();
        var needles = new[] { _email, Name, Phone, "913577246", Street };
        foreach (var needle in needles)
        {
            Assert.Empty(await PlacesOfAsync(needle));
        }

        Assert.Equal(0,
            await CountAsync(
            "SELECT COUNT(*) FROM orders WHERE email_hash IS NOT NULL OR phone_hash IS NOT NULL OR address_hash IS NOT NULL OR metadata "
            + "IS NOT NULL"));
        await ShouldVerifyAsync();

        // What is served again is the order without its buyer, and a retry gets it, too.
        var history = await Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{Id(delivered)}/history");
        Assert.Contains("order.created", history.GetRawText(), StringComparison.Ordinal);
        // (The account's tokens end within seconds of its closing: as if that had not been noticed yet.)
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE users SET tokens_ended_at = NULL WHERE tokens_ended_at IS NOT NULL"));
        await Until.TrueAsync("the token is taken", async () => (await me.GetAsync("/api/v1/orders")).IsSuccessStatusCode);
        var (status, replayed, response) = await shop.OrderAsync(me, Body(shop), "first");
        Assert.Equal((201, "true"), (status, response.Headers.GetValues("Idempotency-Replayed").Single()));
        Assert.Equal(("-", "-", Id(delivered)),
            (replayed.GetProperty("deliveryAddress").GetString(), replayed.GetProperty("contactPhone").GetString(), Id(replayed)));
        Assert.Equal(delivered.GetProperty("lines").GetRawText(), replayed.GetProperty("lines").GetRawText());
        Assert.False(replayed.TryGetProperty("note", out _));
    }

    [Fact]
    public async Task A_guest_with_the_same_email_keeps_what_is_counted_of_their_orders()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddVariantAsync(5000, 100, 3);
        await shop.AddCodeAsync("TEN", "percent", 1000, perCustomer: 2);
        var guests = await PlaceAsync(shop, Server.Guest);
        var me = await RegisterAsync();
        await DeliverAsync(await PlaceAsync(shop, me));
        await CloseAsync(me);
        await ShouldVerifyAsync();

        // Of three pieces and two uses the guest has one; the closed account's count for nobody.
        await PlaceAsync(shop, Server.Guest);
        Assert.Equal("discount_used_up", (await shop.OrderAsync(Server.Guest, Body(shop))).Body.GetProperty("code").GetString());
        await PostAsync(Server.Admin, $"/orders/{Id(guests)}/cancel", new JsonObject());
        await PlaceAsync(shop, Server.Guest);
        await ShouldVerifyAsync();
    }

    [Fact]
    public async Task A_late_payment_for_a_closed_account_is_due_back()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddVariantAsync(5000, 100, 3);
        await shop.AddCodeAsync("TEN", "percent", 1000, perCustomer: 1);
        var me = await RegisterAsync();
        var order = await PlaceAsync(shop, me);
        Server.Db.ClockSkew += TimeSpan.FromHours(1);
        await Until.TrueAsync("the order has expired", async () => await CountAsync("SELECT COUNT(*) FROM orders WHERE status = 'expired'")
            == 1);
        await CloseAsync(me);

        var paid = await PayAsync(order, "late");
        Assert.Equal(("expired", order.GetProperty("total").GetInt64()),
            (paid.GetProperty("status").GetString(), paid.GetProperty("refundDue").GetInt64()));
        await ShouldVerifyAsync();
    }

    private JsonObject Body(Shop shop)
    {
        var body = shop.Body((1, 1));
        body["customer"] = new JsonObject { ["email"] = _email, ["name"] = Name };
        body["deliveryAddress"] = new JsonObject { ["name"] = Name, ["line1"] = Street, ["city"] = "Hue", ["country"] = "VN" };
        (body["contactPhone"], body["note"], body["discountCode"]) = (Phone, $"Ring at {Street}", "TEN");
        body["metadata"] = new JsonObject { ["gift_for"] = Name };
        return body;
    }

    private async Task<JsonElement> PlaceAsync(Shop shop, HttpClient client, string? key = null)
    {
        var (status, order, _) = await shop.OrderAsync(client, Body(shop), key);
        Assert.True(status == 201, order.ToString());
        return order;
    }

    private async Task<HttpClient> RegisterAsync()
    {
        var answer = await PostAsync(Server.Guest, "/auth/register",
            new JsonObject { ["email"] = _email, ["password"] = Password, ["name"] = Name });
        return Server.Client(answer.GetProperty("accessToken").GetString());
    }

    private async Task VerifyEmailAsync(HttpClient me)
    {
        await PostAsync(me, "/auth/verify-email/send", new JsonObject());
        var answer = await PostAsync(me, "/auth/verify-email", new JsonObject { ["token"] = await TokenAsync() });
        Assert.Equal(1, answer.GetProperty("joinedOrders").GetInt32());
    }

    /// <summary>The token of the last link that was mailed.</summary>
    private async Task<string> TokenAsync()
    {
        var text = await Server.Db.ReadAsync(s => s.FirstAsync("SELECT text FROM mails WHERE recipient = $1", r => r.Text(0), _email));
        return Uri.UnescapeDataString(text!.Split("token=")[1].Split('\n')[0].Trim());
    }

    private async Task DeliverAsync(JsonElement order)
    {
        await PayAsync(order, "paid");
        await PostAsync(Server.Admin, $"/orders/{Id(order)}/ship", new JsonObject());
        await PostAsync(Server.Admin, $"/orders/{Id(order)}/deliver", new JsonObject());
    }

    private Task<JsonElement> PayAsync(JsonElement order, string key) =>
        PostAsync(Server.Admin, $"/orders/{Id(order)}/payments", new JsonObject
        {
            ["transactionId"] = $"t-{Id(order)}",
            ["amount"] = order.GetProperty("total").GetInt64(),
            ["currency"] = "VND",
            ["provider"] = "bank",
        }, $"{key}-{Id(order)}");

    private static Task<JsonElement> CancelAsync(HttpClient client, JsonElement order) =>
        PostAsync(client, $"/orders/{Id(order)}/cancel", new JsonObject { ["reason"] = $"{Name} has moved away from {Street}" });

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, JsonObject body, string? key = null)
    {
        var (status, answer, _) = await Shop.PostAsync(client, path, body, key);
        Assert.True(status is >= 200 and < 300, $"{path}: {status} {answer}");
        return answer;
    }

    private static async Task CloseAsync(HttpClient me) => Assert.Equal(204, await TryCloseAsync(me, Password));

    private static async Task<int> TryCloseAsync(HttpClient me, string? password = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete,
            "/api/v1/auth/me")
        { Content = JsonContent.Create(password is null ? new object() : new { password }) };
        using var answer = await me.SendAsync(request);
        return (int)answer.StatusCode;
    }

    /// <summary>As a consumer leaves it that fails on an event for good.</summary>
    private Task QuoteInDeadLetterAsync(Guid order) => Server.Db.WriteAsync(async tx =>
    {
        var e = (await EventTable.LoadAsync(tx, [new EventKey(order, 1)])).Single();
        var batch = tx.Batch();
        DeadLetterStore.Add(batch,
            new DeadLetter(Guid.CreateVersion7(), "webhooks", e.Subject, e.Sequence, e.Type, "failed", CloudEvent.Write(e), 1,
            e.OccurredAt));
        await batch.RunAsync();
    });

    /// <summary>The columns of any table that hold the text, whatever its case.</summary>
    private Task<List<string>> PlacesOfAsync(string needle) => Server.Db.ReadAsync(async s =>
    {
        var postgres = backend == Backend.Postgres;
        var columns = await s.QueryAsync(postgres
            ? "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN "
            + "('text', 'bytea', 'character varying', 'json', 'jsonb')"
            : "SELECT t.name, c.name, lower(c.type) FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND "
            + "t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'products_words%'",
            r => (Table: r.Text(0), Column: r.Text(1), IsBytes: r.Text(2) is "bytea" or "blob"));
        Assert.InRange(columns.Count, 100, 1000);
        var found = new List<string>();
        foreach (var (table, column, isBytes) in columns)
        {
            object wanted = isBytes ? Encoding.UTF8.GetBytes(needle) : needle.ToLowerInvariant();
            var sql = isBytes ? (postgres ? $"position($1 IN {column}) > 0" : $"instr({column}, $1) > 0")
                : postgres ? $"position($1{{as text}} IN lower({column}::text)) > 0" : $"instr(lower(CAST({column} AS text)), $1) > 0";
            if ((await s.QueryAsync($"SELECT 1 FROM {table} WHERE {sql} LIMIT 1", _ => 1, wanted)).Count > 0)
            {
                found.Add($"{table}.{column}");
            }
        }

        return found;
    });

    private Task SettleAsync() => Until.TrueAsync("the events are handed on",
        async () => await CountAsync("SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM deliveries)") == 0);

    private async Task ShouldVerifyAsync()
    {
        await SettleAsync();
        using var output = new StringWriter();
        Assert.True(await Verify.RunAsync(Server.Db, withRepairs: false, output) == 0, output.ToString());
    }

    private Task<long> CountAsync(string sql, params object?[] args) => Server.Db.ReadAsync(s => s.FirstAsync(sql, r => r.Long(0), args));

    private static Guid Id(JsonElement order) => order.GetProperty("id").GetGuid();
}

public sealed class Closing_on_sqlite() : ClosingTests(Backend.Sqlite);

public sealed class Closing_on_postgresql() : ClosingTests(Backend.Postgres);

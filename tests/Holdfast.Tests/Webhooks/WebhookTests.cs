using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Commands;
using Holdfast.Configuration;
using Holdfast.Identity.Secrets;
using Holdfast.Platform.Data;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Holdfast.Webhooks;
using Holdfast.Webhooks.Core;
using Holdfast.Webhooks.Sending;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using StandardWebhooks;

namespace Holdfast.Tests.Webhooks;

/// <summary>
/// Merchants' systems hear of events: signed, each once, again when they failed, and nobody waits for somebody else's server.
/// </summary>
public abstract class WebhookTests(Backend backend) : IAsyncLifetime
{
    private TestServer _server = null!;
    private Shop _shop = null!;
    private HttpClient _staff = null!;
    private Receiver _receiver = null!;

    private Db Db => _server.Db;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(await TestDb.CreateAsync(backend),
            settings: new Settings { RateLimits = false, Webhooks = new WebhookOptions { AllowPrivate = true } });
        _shop = await Shop.CreateAsync(Db, 1000);
        _staff = _server.Staff(_shop.StoreId);
        _receiver = await Receiver.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await (_receiver?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task An_event_arrives_signed_and_once_and_again_when_asked_for()
    {
        var endpoint = await MakeAsync(_receiver.Url, "order.*");
        var order = await PlaceAsync();
        await ArrivedAsync(2);
        var received = _receiver.All.OrderBy(r => r.Id, StringComparer.Ordinal).ToList();
        Assert.Equal([$"{order}:1", $"{order}:2"], received.Select(r => r.Id));

        // As a merchant's system checks it, with the library of the standard: it throws where the signature is not right or the time is
        // old.
        var library = new StandardWebhook(endpoint.GetProperty("secret").GetString()!);
        Assert.All(received, r =>
        {
            var headers = new HeaderDictionary
            {
                ["webhook-id"] = r.Id,
                ["webhook-timestamp"] = r.Timestamp,
                ["webhook-signature"] = r.Signature
            };
            library.Verify(r.Body, headers);
            Assert.ThrowsAny<Exception>(() => library.Verify(r.Body + " ", headers));
            Assert.Equal("application/json", r.ContentType);
        });
        var body = JsonDocument.Parse(received[1].Body).RootElement;
        Assert.Equal(("order.confirmed", order, 2),
            (body.GetProperty("type").GetString(), body.GetProperty("subject").GetString(), body.GetProperty("sequence").GetInt32()));
        Assert.Equal("confirmed", body.GetProperty("data").GetProperty("status").GetString());

        var id = endpoint.GetProperty("id").GetString();
        var (_, shown) = await GetAsync($"/webhook-endpoints/{id}");
        Assert.DoesNotContain("whsec_", shown.GetRawText(), StringComparison.Ordinal);
        var delivery = (await DeliveriesAsync(id, "delivered", 2))[0];
        var log = Assert.Single(delivery.GetProperty("log").EnumerateArray());
        Assert.Equal((200, JsonValueKind.Null), (log.GetProperty("httpStatus").GetInt32(), log.GetProperty("error").ValueKind));

        Assert.Equal(200,
            (await Shop.PostAsync(_staff, $"/webhook-endpoints/{id}/deliveries/{delivery.GetProperty("id").GetString()}/redeliver",
            null)).Status);
        await ArrivedAsync(3);
        Assert.Equal(delivery.GetProperty("eventId").GetString(), _receiver.All[2].Id);
        await VerifyAsync();

        // Deleted with all that is known of it.
        Assert.Equal(204, (int)(await _staff.DeleteAsync($"/api/v1/webhook-endpoints/{id}")).StatusCode);
        Assert.Equal(404, (await GetAsync($"/webhook-endpoints/{id}")).Status);
        Assert.Equal(0,
            await _shop.CountAsync("SELECT (SELECT COUNT(*) FROM webhook_deliveries) + (SELECT COUNT(*) FROM webhook_attempts)"));
    }

    [Fact]
    public async Task What_failed_is_tried_again_later_and_given_up_after_three_days()
    {
        var endpoint = (await MakeAsync(_receiver.Url, "order.created")).GetProperty("id").GetString();
        _receiver.Answer = StatusAsync(500);
        await PlaceAsync();
        for (var attempt = 1; attempt < WebhookRetries.MaxAttempts; attempt++)
        {
            await AttemptedAsync(attempt);
            Assert.Equal(attempt, _receiver.All.Count);
            Db.ClockSkew += WebhookRetries.After(attempt, 1)!.Value + TimeSpan.FromSeconds(1);
        }

        await AttemptedAsync(WebhookRetries.MaxAttempts);
        var failed = Assert.Single(await DeliveriesAsync(endpoint, "failed", 1));
        Assert.Equal(WebhookRetries.MaxAttempts, failed.GetProperty("log").GetArrayLength());
        Assert.Equal("paused", (await GetAsync($"/webhook-endpoints/{endpoint}")).Body.GetProperty("status").GetString());

        await Shop.PostAsync(_staff, $"/webhook-endpoints/{endpoint}/resume", null);
        _receiver.Answer = StatusAsync(204);
        Assert.Equal(1, (await Shop.PostAsync(_staff, $"/webhook-endpoints/{endpoint}/redeliver", null)).Body.GetProperty("redelivered")
            .GetInt32());
        Assert.Single(await DeliveriesAsync(endpoint, "delivered", 1));
        Assert.Equal("active", (await GetAsync($"/webhook-endpoints/{endpoint}")).Body.GetProperty("status").GetString());

        Db.ClockSkew += TimeSpan.FromDays(31);
        Assert.Equal(1,
            await new WebhookPruner(Db, NullLogger<WebhookPruner>.Instance).SweepOnceAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await _shop.CountAsync("SELECT COUNT(*) FROM webhook_attempts"));
    }

    [Fact]
    public async Task An_endpoint_that_only_fails_is_paused_until_somebody_resumes_it()
    {
        var endpoint = (await MakeAsync(_receiver.Url, "order.created")).GetProperty("id").GetString();
        _receiver.Answer = StatusAsync(500);
        await PlaceAsync();
        await AttemptedAsync(1);
        Db.ClockSkew += WebhookRetries.Patience;
        await StatusOfAsync(endpoint, "paused");

        // What happens now is not for it, and nothing is sent by hand.
        await PlaceAsync();
        await Until.TrueAsync("it was handed over",
            async () => await _shop.CountAsync("SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM deliveries)") == 0);
        var delivery = Assert.Single(await DeliveriesAsync(endpoint, "pending", 1));
        await Shop.PostAsync(_staff, $"/webhook-endpoints/{endpoint}/deliveries/{delivery.GetProperty("id").GetString()}/redeliver", null)
            .ShouldBeAsync(409, "webhook_endpoint_paused");
        await Shop.PostAsync(_staff, $"/webhook-endpoints/{endpoint}/redeliver", null).ShouldBeAsync(409, "webhook_endpoint_paused");
        Assert.Equal(delivery.GetRawText(), Assert.Single(await DeliveriesAsync(endpoint, "pending", 1)).GetRawText());

        _receiver.Answer = StatusAsync(200);
        Assert.Equal("active", (await Shop.PostAsync(_staff, $"/webhook-endpoints/{endpoint}/resume", null)).Body.GetProperty("status")
            .GetString());
        Assert.Single(await DeliveriesAsync(endpoint, "delivered", 1));

        // 410: nobody wants it any more.
        _receiver.Answer = StatusAsync(410);
        await PlaceAsync();
        await StatusOfAsync(endpoint, "paused");
    }

    [Fact]
    public async Task One_that_hangs_holds_up_nobody_else()
    {
        await using var other = await Receiver.StartAsync();
        var hanging = new TaskCompletionSource();
        _receiver.Answer = _ => hanging.Task;
        await MakeAsync(_receiver.Url, "order.created");
        await MakeAsync(other.Url, "order.created");
        for (var i = 0; i < 12; i++)
        {
            await PlaceAsync();
        }

        await Until.TrueAsync("the other one has them all", () => other.All.Count == 12);
        Assert.InRange(_receiver.All.Count, 1, 4);
        hanging.SetResult();
        await Until.TrueAsync("then all have arrived", () => _receiver.All.Select(r => r.Id).Distinct().Count() == 12);
    }

    [Fact]
    public async Task Several_workers_send_each_once()
    {
        await MakeAsync(_receiver.Url);
        var more = new[] { Sender(), Sender() };
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PlaceAsync()));
        await Until.TrueAsync("all are delivered", async () =>
        {
            await Task.WhenAll(more.Select(s => s.SendOnceAsync()));
            return await _shop.CountAsync("SELECT COUNT(*) FROM webhook_deliveries WHERE status = 'delivered'") == 40;
        });
        Assert.Equal(40, _receiver.All.Count);
        Assert.Equal(40, _receiver.All.Select(r => r.Id).Distinct().Count());
    }

    [Fact]
    public async Task Subscriptions_are_checked()
    {
        foreach (var url in new[] { "", "shop", "ftp://example.com/", "https://u:p@example.com/", "https://example.com/#x", "https://",
            "javascript:alert(1)", "https://\u05D0a.example.com/", $"https://{new string('é', 59)}.example.com/" })
        {
            Assert.Equal(400, (await MakeAsync(new JsonObject { ["storeId"] = _shop.StoreId, ["url"] = url })).Status);
        }

        Assert.Equal(400,
            (await MakeAsync(
            new JsonObject { ["storeId"] = _shop.StoreId, ["url"] = _receiver.Url, ["types"] = new JsonArray("order.eaten") })).Status);
        Assert.Equal(404, (await MakeAsync(new JsonObject { ["storeId"] = Guid.CreateVersion7(), ["url"] = _receiver.Url })).Status);
        Assert.Equal(404,
            (await Shop.PostAsync(_server.Admin, "/webhook-endpoints",
            new JsonObject { ["storeId"] = Guid.Empty, ["url"] = _receiver.Url })).Status);
        for (var i = 0; i < WebhookErrors.MaxEndpoints; i++)
        {
            await MakeAsync(_receiver.Url, "order.created", "inventory.*");
        }

        var (status, body) = await MakeAsync(new JsonObject { ["storeId"] = _shop.StoreId, ["url"] = _receiver.Url });
        Assert.Equal((409, "too_many_webhook_endpoints"), (status, body.GetProperty("code").GetString()));
        var page = (await GetAsync($"/webhook-endpoints?storeId={_shop.StoreId}&limit=15")).Body;
        var rest = (await GetAsync(
            $"/webhook-endpoints?storeId={_shop.StoreId}&limit=15&cursor={page.GetProperty("nextCursor").GetString()}")).Body;
        Assert.Equal((15, 5), (page.GetProperty("items").GetArrayLength(), rest.GetProperty("items").GetArrayLength()));
    }

    [Fact]
    public async Task A_server_of_the_public_sends_to_the_public_only()
    {
        await using var server = await TestServer.StartAsync(_server.Database, ownsDatabase: false);
        var staff = server.Staff(_shop.StoreId);
        foreach (var url in new[] { "http://example.com/", "https://127.0.0.1/", "https://[::1]/",
            $"https://{string.Join('.', 169, 254, 169, 254)}/latest", "https://0.0.0.0/" })
        {
            Assert.Equal(400,
                (await Shop.PostAsync(staff, "/webhook-endpoints", new JsonObject { ["storeId"] = _shop.StoreId, ["url"] = url })).Status);
        }

        Assert.Equal(201,
            (await Shop.PostAsync(staff, "/webhook-endpoints",
            new JsonObject { ["storeId"] = _shop.StoreId, ["url"] = "https://example.com/hooks" })).Status);
    }

    [Fact]
    public void Secrets_lie_encrypted_where_there_is_a_key()
    {
        var (id, secret) = (Guid.CreateVersion7(), new byte[32]);
        var box = SecretBox.Parse(Convert.ToBase64String(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()))!;
        var (value, isSealed) = WebhookSecrets.Seal(box, id, secret);
        Assert.True(isSealed);
        Assert.NotEqual(secret, value);
        Assert.Equal(secret, WebhookSecrets.Open(box, id, value, isSealed));
        Assert.Throws<StartupException>(() => WebhookSecrets.Open(box, Guid.CreateVersion7(), value, isSealed));
        Assert.Equal((secret, false), WebhookSecrets.Seal(SecretBox.None, id, secret));
    }

    private WebhookSender Sender() =>
        new(Db, new WebhookTransport(new WebhookOptions { AllowPrivate = true }, TimeProvider.System), SecretBox.None,
        NullLogger<WebhookSender>.Instance);

    private static Func<HttpContext, Task> StatusAsync(int status) => http =>
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    /// <summary>A cash order: it does not expire, whatever the clock says.</summary>
    private async Task<string> PlaceAsync()
    {
        var body = _shop.Body();
        body["paymentMethod"] = "cash_on_delivery";
        var (status, order, _) = await _shop.OrderAsync(_server.Guest, body);
        Assert.Equal(201, status);
        return order.GetProperty("id").GetString()!;
    }

    private async Task<JsonElement> MakeAsync(string url, params string[] types)
    {
        var (status, body) = await MakeAsync(
            new JsonObject
            {
                ["storeId"] = _shop.StoreId,
                ["url"] = url,
                ["types"] = new JsonArray([.. types.Select(t => (JsonNode)t)]),
                ["description"] = "ERP"
            });
        Assert.True(status == 201, body.ToString());
        return body;
    }

    private async Task<(int Status, JsonElement Body)> MakeAsync(JsonObject body)
    {
        var (status, answer, _) = await Shop.PostAsync(_staff, "/webhook-endpoints", body);
        return (status, answer);
    }

    private async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        using var answer = await _staff.GetAsync($"/api/v1{path}");
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private Task ArrivedAsync(int count) => Until.TrueAsync($"{count} have arrived", () => _receiver.All.Count == count);

    private Task AttemptedAsync(int count) =>
        Until.TrueAsync($"try {count} is noted", async () => await _shop.CountAsync("SELECT COUNT(*) FROM webhook_attempts") == count);

    private Task StatusOfAsync(string? endpoint, string status) =>
        Until.TrueAsync($"it is {status}", async () => (await GetAsync($"/webhook-endpoints/{endpoint}")).Body.GetProperty("status")
        .GetString() == status);

    private async Task<List<JsonElement>> DeliveriesAsync(string? endpoint, string status, int count)
    {
        List<JsonElement> found = [];
        await Until.TrueAsync($"{count} are {status}", async () =>
        {
            found = [.. (await GetAsync($"/webhook-endpoints/{endpoint}/deliveries?status={status}")).Body.GetProperty("items")
                .EnumerateArray()];
            return found.Count == count;
        });
        return found;
    }

    private async Task VerifyAsync()
    {
        await Until.TrueAsync("the outbox is empty", async () => await _shop.CountAsync("SELECT COUNT(*) FROM outbox") == 0);
        using var output = new StringWriter();
        Assert.True(await Verify.RunAsync(Db, withRepairs: false, output) == 0, output.ToString());
    }
}

public sealed class Webhook_on_sqlite() : WebhookTests(Backend.Sqlite);

public sealed class Webhook_on_postgresql() : WebhookTests(Backend.Postgres);

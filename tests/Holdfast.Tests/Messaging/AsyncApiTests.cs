using System.Net.Http.Json;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CloudNative.CloudEvents.SystemTextJson;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Holdfast.Tests.Tidy;

namespace Holdfast.Tests.Messaging;

/// <summary>
/// The AsyncAPI document against what is really told: whatever can happen to orders and stock is done once, and each event must be as it
/// says.
/// </summary>
public abstract partial class AsyncApiTests(Backend backend) : IAsyncLifetime
{
    private TestServer _server = null!;
    private Shop _shop = null!;
    private HttpClient _staff = null!;

    private Db Db => _server.Db;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(backend);
        _shop = await Shop.CreateAsync(Db, 10, 100, 3);
        _staff = _server.Staff(_shop.StoreId);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Every_event_is_listed_and_is_as_its_schema_says()
    {
        await LifeOfOrdersAsync();
        await LifeOfStockAsync();

        var document = await _server.Guest.GetFromJsonAsync<JsonElement>("/asyncapi/v1.json");
        var messages = document.GetProperty("components").GetProperty("messages");
        var events = await Db.ReadAsync(s =>
            s.QueryAsync("SELECT subject, sequence, type, store_id, occurred_at, actor, previous, data FROM events",
            r => new Event(r.Uuid(0), r.Int(1), r.Text(2), r.Uuid(3), r.Time(4), r.Text(5), r.TextOrNull(6), r.Bytes(7))));
        var schemas = new JsonSchemas(document);
        foreach (var e in events)
        {
            Assert.True(messages.TryGetProperty(e.Type, out var message), $"{e.Type} is not listed");
            var written = CloudEvent.Write(e);
            var faults = schemas.Faults(JsonDocument.Parse(written).RootElement, message.GetProperty("payload"));
            Assert.True(faults.Count == 0, $"{e.Type}: {string.Join('\n', faults)}");

            // As others read it, with the library of the standard.
            var read = new JsonEventFormatter().DecodeStructuredModeMessage(written, new ContentType(CloudEvent.ContentType), null);
            Assert.True(read.IsValid);
            Assert.Equal((e.Id, e.Type, e.Subject.ToString(), e.OccurredAt),
                (read.Id, read.Type, read.Subject, read.Time!.Value.UtcDateTime));
            Assert.Equal($"{e.Sequence}", read["sequence"]);
        }

        // What nobody ever sends would be a promise.
        Assert.Empty(messages.EnumerateObject().Select(m => m.Name).Except(events.Select(e => e.Type)));
        Assert.Equal(messages.EnumerateObject().Select(m => m.Name), document.GetProperty("channels").GetProperty("order_events")
            .GetProperty("messages").EnumerateObject().Select(m => m.Name));
        Assert.Equal("3.0.0", document.GetProperty("asyncapi").GetString());
    }

    [Fact]
    public void No_type_is_written_down_that_is_not_listed()
    {
        // The first is what we are told; nothing sends the second yet, but buyers will be told of it.
        string[] others = ["payment.success", "payment.refunded"];
        var written = Repository.Product.SelectMany(f => EventType().Matches(f.Text).Select(m => m.Groups[1].Value)).Distinct()
            .Except(others);
        Assert.Empty(written.Except(Server.Events.All.Select(t => t.Name)));
        var told = File.ReadAllText(Path.Combine(Repository.Root, "docs/events.md"));
        Assert.All(Server.Events.All, t => Assert.Contains($"`{t.Name}`", told, StringComparison.Ordinal));
        Assert.True(Server.Events.Knows("order.*") && Server.Events.Knows("inventory.low") && !Server.Events.Knows("order.eaten")
            && !Server.Events.Knows("*"));
    }

    [Fact]
    public async Task A_schema_finds_what_is_wrong()
    {
        await _shop.OrderAsync(_server.Guest);
        var document = await _server.Guest.GetFromJsonAsync<JsonElement>("/asyncapi/v1.json");
        var schemas = new JsonSchemas(document);
        var schema = document.GetProperty("components").GetProperty("schemas").GetProperty("order");
        var data = JsonNode.Parse((await Db.ReadAsync(s => s.FirstAsync("SELECT data FROM events", r => r.Bytes(0))))!)!.AsObject();
        Assert.Empty(schemas.Faults(JsonSerializer.SerializeToElement(data), schema));
        foreach (var (spoil, path) in new (Action<JsonObject>, string)[]
        {
            (o => o.Remove("number"), ": required"), (o => o["surprise"] = 1, "/surprise: "), (o => o["status"] = "eaten", "/status: "),
            (o => o["total"] = -1, "/total: "), (o => o["total"] = 1.5, "/total: "), (o => o["id"] = "x", "/id: "),
            (o => o["createdAt"] = "2026-01-01", "/createdAt: "), (o => o["lines"]![0]!["sku"] = null, "/lines/0/sku: "),
            (o => o["customer"]!["phone"] = "1", "/customer/phone: "), (o => o["session"] = "x", "/session: "),
            (o => o["metadata"] = new JsonObject { ["a"] = 1 }, "/metadata/a: "),
        })
        {
            var spoilt = data.DeepClone().AsObject();
            spoil(spoilt);
            var faults = schemas.Faults(JsonSerializer.SerializeToElement(spoilt), schema);
            Assert.Contains(faults, f => f.StartsWith(path, StringComparison.Ordinal));
        }
    }

    private async Task LifeOfOrdersAsync()
    {
        // Paid online, changed, sent in two parts, back again.
        var body = _shop.Body((0, 2), (1, 1));
        (body["note"], body["externalId"], body["metadata"]) = ("Gọi trước", "x-1", new JsonObject { ["k"] = "v" });
        var order = await PlaceAsync(body);
        using (var edit = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/orders/{order}")
        {
            Content = JsonContent.Create(new
            {
                note = "n",
                deliveryAddress = "1 Lê Lợi, Huế",
                customer = new { name = "Lê Văn B" }
            })
        })
        {
            edit.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
            using var edited = await _staff.SendAsync(edit);
            Assert.True(edited.IsSuccessStatusCode, await edited.Content.ReadAsStringAsync());
        }

        var failed = await _server.Get<ChangeQueue>()
            .ChangeAsync(
            new ChangeRequest(new FailPaymentCommand(Guid.Parse(order), _shop.StoreId, "order_inbox", "VND", "card declined"), null));
        Assert.True(failed.IsOk, failed.Error?.Code);
        await PayAsync(order, 1000);
        await PayAsync(order, 9000);
        await DoAsync($"/orders/{order}/ship",
            new JsonObject { ["lines"] = Lines(_shop.Variant, 1), ["carrier"] = "GHN", ["trackingNumber"] = "1" });
        await DoAsync($"/orders/{order}/cancel", new JsonObject { ["lines"] = Lines(_shop.Variants[1], 1), ["reason"] = "hết hàng" });
        await DoAsync($"/orders/{order}/ship", new JsonObject());
        await DoAsync($"/orders/{order}/deliver", new JsonObject());
        await DoAsync($"/orders/{order}/return", new JsonObject { ["lines"] = Lines(_shop.Variant, 1), ["restock"] = true });
        await DoAsync($"/orders/{order}/return", new JsonObject());

        // Cash; cancelled with a reason; free; deleted by staff; expired and paid late, in vain and not.
        var cash = _shop.Body((1, 1));
        cash["paymentMethod"] = "cash_on_delivery";
        var cancelled = await PlaceAsync(cash);
        await DoAsync($"/orders/{cancelled}/cancel", new JsonObject { ["reason"] = "\"đổi ý\"" });
        await PayAsync(cancelled, 2000);
        Assert.True((await _staff.DeleteAsync($"/api/v1/orders/{cancelled}")).IsSuccessStatusCode);
        var lost = await PlaceAsync((JsonObject)cash.DeepClone());
        await DoAsync($"/orders/{lost}/ship", new JsonObject());
        await DoAsync($"/orders/{lost}/return", new JsonObject { ["restock"] = false });
        var late = await PlaceAsync(_shop.Body((1, 1)));
        await Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE orders SET expires_at = created_at WHERE id = $1", Guid.Parse(late)));
        await Until.TrueAsync("it has expired",
            async () => await _shop.CountAsync("SELECT COUNT(*) FROM orders WHERE id = $1 AND status = 'expired'", Guid.Parse(late)) == 1);
        await PayAsync(late, 2000);
        await DoAsync($"/orders/{late}/ship", new JsonObject());
    }

    private async Task LifeOfStockAsync()
    {
        await PutAsync($"/inventory/{_shop.Variants[2]}", new JsonObject { ["lowStockThreshold"] = 1 });
        var kept = await ReserveAsync(2);
        var released = await ReserveAsync(1);
        await DoAsync($"/inventory/reservations/{released}/release", new JsonObject());
        await DoAsync($"/inventory/{_shop.Variants[2]}/adjustments", new JsonObject { ["delta"] = -2, ["reason"] = "counted" });
        await DoAsync($"/inventory/{_shop.Variants[2]}/receipts", new JsonObject { ["quantity"] = 20, ["reference"] = "DN-1" });
        await DoAsync($"/inventory/reservations/{kept}/commit", new JsonObject());
    }

    private async Task<string> PlaceAsync(JsonObject body)
    {
        // Only those who work for the shop give an order an external id.
        var (status, order, _) = await _shop.OrderAsync(body.ContainsKey("externalId") ? _staff : _server.Guest, body);
        Assert.True(status == 201, order.ToString());
        return order.GetProperty("id").GetString()!;
    }

    private Task PayAsync(string order, long amount) => DoAsync($"/orders/{order}/payments",
        new JsonObject
        {
            ["transactionId"] = Guid.CreateVersion7().ToString(),
            ["amount"] = amount,
            ["currency"] = "VND",
            ["provider"] = "bank"
        });

    private static JsonArray Lines(Guid variant, int quantity) => [new JsonObject { ["variantId"] = variant, ["quantity"] = quantity }];

    private async Task<string> ReserveAsync(int quantity) =>
        (await DoAsync("/inventory/reservations",
        new JsonObject { ["lines"] = Lines(_shop.Variants[2], quantity), ["reference"] = "job" })).GetProperty("id").GetString()!;

    private async Task<JsonElement> DoAsync(string path, JsonObject body)
    {
        var (status, answer, _) = await Shop.PostAsync(_staff, path, body);
        Assert.True(status is 200 or 201, $"{path}: {answer}");
        return answer;
    }

    [GeneratedRegex("\"((?:order|payment|inventory)\\.[a-z_]+)\"")]
    private static partial Regex EventType();

    private async Task PutAsync(string path, JsonObject body)
    {
        using var answer = await _staff.PutAsJsonAsync($"/api/v1{path}", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}

public sealed class AsyncApi_on_sqlite() : AsyncApiTests(Backend.Sqlite);

public sealed class AsyncApi_on_postgresql() : AsyncApiTests(Backend.Postgres);

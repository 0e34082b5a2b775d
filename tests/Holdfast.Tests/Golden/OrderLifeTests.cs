using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Identity.Accounts;
using Holdfast.Orders.Accounts;
using Holdfast.Orders.Core;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Golden;

/// <summary>Whatever happens to orders is answered, stored and told as it always was, to each column and byte.</summary>
public abstract class OrderLifeTests(Backend backend) : IAsyncLifetime
{
    private readonly GoldenFile _golden = new("order-lives.txt");
    private TestServer _server = null!;
    private Shop _shop = null!;
    private HttpClient _staff = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new OrderOptions { MaxPendingOrders = 100, KeepsClients = true };
        _server = await TestServer.StartAsync(backend, s => s.AddSingleton(options));
        _shop = await Shop.CreateAsync(_server.Db, 100, 100);
        _staff = _server.Staff(_shop.StoreId);
        await _shop.AddVariantAsync(5000, 100, 10);
        await _shop.ChargeAsync("""[{"from":0,"fee":900}]""", """{"included":false,"rate":8,"shipping":10,"categories":[]}""");
        await _shop.CombineAsync();
        await _shop.AddCodeAsync("TEN", "percent", 1000, perCustomer: 5);
        await _shop.AddCodeAsync("FIX", "fixed", 500);
        await _shop.AddProgramAsync(100, 3);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Rows_events_and_answers_are_what_they_were()
    {
        // Hashes are of it.
        var buyer = Guid.Parse("01900000-0000-7000-8000-00000000000b");
        await _shop.GivePointsAsync(buyer, 1000);
        var rich = await PlaceAsync("rich", _server.Customer(buyer, "buyer@example.com"), Rich());
        var external = await PlaceAsync("by staff", _staff, External());
        var cash = _shop.Body((1, 1));
        cash["paymentMethod"] = "cash_on_delivery";
        var guest = await PlaceAsync("cash of a guest", _server.Guest, cash);
        await AddRowsAsync("placed", rich, external, guest);

        await EditAsync(rich,
            new { deliveryAddress = "1 Lê Lợi, Huế", contactPhone = "0901 234 567", customer = new { name = "Lê Văn B" } });
        await EditAsync(guest,
            new { contactPhone = "0902 234 567", customer = new { email = "Other@Example.com", name = "Khác" }, note = "n" });
        await PayAsync(rich, 1000);
        await PayAsync(rich, Total(rich) - 1000);
        var parcel = new JsonObject { ["lines"] = Lines(_shop.Variants[2], 1), ["carrier"] = "GHN", ["trackingNumber"] = "1" };
        await DoAsync(rich, "ship", parcel);
        await DoAsync(rich, "cancel", new JsonObject { ["lines"] = Lines(_shop.Variants[2], 1), ["reason"] = "hết hàng" });
        await DoAsync(rich, "ship");
        await DoAsync(rich, "deliver");
        await DoAsync(rich, "return", new JsonObject { ["lines"] = Lines(_shop.Variants[2], 1), ["restock"] = true });
        await DoAsync(external, "cancel", new JsonObject { ["reason"] = "\"đổi ý\"" });
        await PayAsync(external, Total(external));
        Assert.True((await _staff.DeleteAsync($"/api/v1/orders/{Id(external)}")).IsSuccessStatusCode);
        await AddRowsAsync("changed", rich, external, guest);

        await CloseAsync(buyer);
        await JoinAsync(guest, Guid.CreateVersion7());
        await AddRowsAsync("erased and joined", rich, guest);
        _golden.Holds();
    }

    private JsonObject Rich()
    {
        var body = _shop.Body((0, 2), (2, 3));
        body.Remove("customer");
        body["discountCodes"] = new JsonArray("TEN", "fix");
        (body["redeemPoints"], body["paymentMethod"]) = (50, "bank_transfer");
        (body["note"], body["metadata"]) = ("Gọi trước\n\"<&>\"", new JsonObject { ["k"] = "v", ["ă"] = "</b>" });
        return body;
    }

    private JsonObject External()
    {
        var body = _shop.Body((1, 2));
        (body["deliveryAddress"], body["externalId"], body["shippingFee"]) = ("1 Lê Lợi\nHuế", "x-1", 1234);
        return body;
    }

    private async Task<JsonElement> PlaceAsync(string title, HttpClient client, JsonObject body)
    {
        var (status, order, _) = await _shop.OrderAsync(client, body);
        Assert.True(status == 201, order.ToString());
        _golden.Add($"POST order {title}", order.GetRawText());
        return order;
    }

    private async Task EditAsync(JsonElement order, object body)
    {
        using var edit = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/orders/{Id(order)}") { Content = JsonContent.Create(body) };
        edit.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        using var edited = await _staff.SendAsync(edit);
        var answer = await edited.Content.ReadAsStringAsync();
        Assert.True(edited.IsSuccessStatusCode, answer);
        _golden.Add("PUT order", answer);
    }

    private Task PayAsync(JsonElement order, long amount) => DoAsync(order, "payments", new JsonObject
    {
        ["transactionId"] = $"t-{amount}",
        ["amount"] = amount,
        ["currency"] = "VND",
        ["provider"] = "bank",
    });

    private async Task DoAsync(JsonElement order, string what, JsonObject? body = null)
    {
        var (status, answer, _) = await Shop.PostAsync(_staff, $"/orders/{Id(order)}/{what}", body);
        Assert.True(status is 200 or 201, $"{what}: {answer}");
        _golden.Add($"POST {what}", answer.GetRawText());
    }

    private Task CloseAsync(Guid buyer) => _server.Db.WriteAsync(async tx =>
    {
        var account = new ClosingAccount(buyer, $"customer:{buyer}");
        while (await Hook().EraseAsync(tx, account, await tx.NowAsync()) == AccountRemainder.More)
        {
            Assert.Null(account.Part);
        }
    });

    private Task JoinAsync(JsonElement order, Guid account) => _server.Db.WriteAsync(async tx =>
    {
        var guest = (await OrderOfAsync(Id(order))).GetProperty("customerId").GetGuid();
        var actor = new Account(account, Role.Customer, "other@example.com", null, []).Actor;
        await Hook().JoinAsync(tx, new JoiningGuest(guest, account, actor), await tx.NowAsync());
    });

    private AccountClosingForOrders Hook() => _server.Get<IEnumerable<AccountHook>>().OfType<AccountClosingForOrders>().Single();

    private Task<JsonElement> OrderOfAsync(Guid id) => _server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{id}");

    private async Task AddRowsAsync(string title, params JsonElement[] orders)
    {
        foreach (var order in orders)
        {
            await _golden.AddRowsAsync(_server.Db, $"{title}: orders", "SELECT * FROM orders WHERE id = $1", Id(order));
            await _golden.AddRowsAsync(_server.Db, $"{title}: order_lines",
                "SELECT * FROM order_lines WHERE order_id = $1 ORDER BY position", Id(order));
            await _golden.AddRowsAsync(_server.Db, $"{title}: fulfilments",
                "SELECT * FROM fulfilments WHERE order_id = $1 ORDER BY id", Id(order));
            await _golden.AddRowsAsync(_server.Db, $"{title}: events",
                "SELECT sequence, type, actor, previous, data FROM events WHERE subject = $1 ORDER BY sequence", Id(order));
        }
    }

    private static JsonArray Lines(Guid variant, int quantity) => [new JsonObject { ["variantId"] = variant, ["quantity"] = quantity }];

    private static Guid Id(JsonElement order) => order.GetProperty("id").GetGuid();

    private static long Total(JsonElement order) => order.GetProperty("total").GetInt64();
}

public sealed class OrderLife_on_sqlite() : OrderLifeTests(Backend.Sqlite);

public sealed class OrderLife_on_postgresql() : OrderLifeTests(Backend.Postgres);

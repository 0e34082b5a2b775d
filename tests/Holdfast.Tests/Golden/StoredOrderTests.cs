using System.Text.Json.Nodes;
using Holdfast.Commands;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Golden;

/// <summary>Orders whose rows are given leave as they always have: as answers, in lists and in files.</summary>
public abstract class StoredOrderTests(Backend backend) : IAsyncLifetime
{
    private const string Store = "01900000-0000-7000-8000-0000000000a0";
    private static readonly DateTime Placed = new(2026, 3, 4, 5, 6, 7, 89, DateTimeKind.Utc);

    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(backend);

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Answers_lists_files_and_schemas_are_what_they_were()
    {
        await AddRichAsync();
        await AddPlainAsync(Id(2), ("status", "pending"), ("duration_seconds", 905L), ("expires_at", Placed.AddSeconds(905)));
        await AddPlainAsync(Id(3), ("deleted_at", Placed.AddDays(1)), ("customer_name", "=1+1"), ("note", "+1"),
            ("payment_status", "failed"),
            ("delivery_address", "\"1 Lê Lợi, Huế\""), ("contact_phone", "-84"), ("metadata", "{\"k\":\"v\"}"), ("external_id", "@x"));
        var golden = new GoldenFile("stored-orders.txt");
        for (var i = 1; i <= 3; i++)
        {
            golden.AddRaw($"GET order {i}", await GetAsync($"/api/v1/orders/{Id(i)}"));
        }

        golden.AddRaw("GET list", await GetAsync($"/api/v1/orders?storeId={Store}&sort=createdAt"));
        golden.AddRaw("export", await ExportAsync());
        golden.AddRaw("GET asyncapi", JsonNode.Parse(await GetAsync("/asyncapi/v1.json"))!.ToJsonString(new() { WriteIndented = true }));
        golden.Holds();
    }

    private static Guid Id(int n) => Guid.Parse($"01900000-0000-7000-8000-00000000000{n}");

    private Task<string> GetAsync(string path) => _server.Admin.GetStringAsync(path, TestContext.Current.CancellationToken);

    private async Task<string> ExportAsync()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("holdfast-").FullName, "orders.csv");
        Assert.Equal(0, await Export.OrdersAsync(_server.Db, file, bom: false, TestContext.Current.CancellationToken));
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return text;
    }

    /// <summary>An order that has everything.</summary>
    private async Task AddRichAsync()
    {
        await AddPlainAsync(Id(1), ("is_guest", false), ("customer_name", "Đặng \"Ánh\", Jr."), ("status", "delivered"),
            ("payment_method", "bank_transfer"),
            ("subtotal", 7000L), ("discount_id", Id(7)), ("discount_code", "Tết"), ("discount_amount", 700L),
            ("second_discount_id", Id(8)),
            ("second_discount_code", "SHIP"), ("second_discount_amount", 200L), ("redeemed_points", 30L), ("points_discount", 60L),
            ("earned_points", 5L),
            ("shipping_fee", 900L), ("tax_amount", 70L), ("shipping_tax", 9L), ("tax_included", true), ("total", 7140L),
            ("cancelled_amount", 1000L),
            ("cancelled_points", 3L), ("amount_paid", 7000L), ("amount_refunded", 400L), ("refund_due", 460L),
            ("payment_status", "partially_refunded"),
            ("locale", "vi"), ("note", "Gọi trước\n<b>\"&'"), ("metadata", "{\"a\":\"b\",\"ă\":\"</script>\"}"), ("external_id", "x-1"),
            ("duration_seconds", 172800L), ("expires_at", Placed.AddHours(48)), ("updated_at", Placed.AddDays(2)), ("version", 7),
            ("event_sequence", 7),
            ("edits", 2), ("buyer_keys", "account:1 phone:2"), ("email_hash", 11L), ("phone_hash", 12L), ("client_hash", 13L));
        await AddAsync("order_lines", ("order_id", Id(1)), ("position", 1), ("variant_id", Id(5)), ("product_id", Id(6)),
            ("product_name", "Áo dài; \"lụa\""),
            ("sku", "-2"), ("unit_price", 2500L), ("quantity", 2L), ("shipped", 1L), ("returned", 1L), ("limited", true),
            ("discount", 500L), ("tax", 61L),
            ("cancelled", 1L), ("undelivered", 0L));
        await AddAsync("fulfilments", ("id", Id(3)), ("order_id", Id(1)), ("kind", "shipment"), ("carrier", "GHN"),
            ("tracking_number", "T-1"), ("restocked", false),
            ("lines", $"[{{\"variantId\":\"{Id(5)}\",\"quantity\":1}}]"), ("created_at", Placed.AddDays(1)));
        await AddAsync("fulfilments", ("id", Id(4)), ("order_id", Id(1)), ("kind", "return"), ("restocked", true),
            ("lines", $"[{{\"variantId\":\"{Id(5)}\",\"quantity\":1}},{{\"variantId\":\"{Id(6)}\",\"quantity\":2}}]"),
            ("created_at", Placed.AddDays(2)));
    }

    /// <summary>An order that has only what every order has, but for the columns that are named.</summary>
    private async Task AddPlainAsync(Guid id, params (string Name, object Value)[] columns)
    {
        (string Name, object Value)[] plain =
        [
            ("id", id), ("number", $"0000-0000-000{id.ToString()[^1]}"), ("store_id", Guid.Parse(Store)), ("customer_id", Id(9)),
            ("is_guest", true),
            ("customer_email", "An@Example.com"), ("status", "confirmed"), ("payment_status", "unpaid"),
            ("payment_method", "online"), ("currency", "VND"),
            ("subtotal", 1000L), ("total", 1000L), ("amount_paid", 0L), ("amount_refunded", 0L), ("refund_due", 0L),
            ("delivery_address", "{\"name\":\"An\",\"line1\":\"1 Lê Lợi\",\"city\":\"Huế\",\"country\":\"VN\"}"),
            ("contact_phone", "+84 90 000 0000"),
            ("local_date", "2026-03-04"), ("created_at", Placed), ("updated_at", Placed), ("hidden", false), ("version", 1),
            ("event_sequence", 1),
        ];
        await AddAsync("orders", [.. plain.Where(p => !columns.Any(c => c.Name == p.Name)), .. columns]);
        await AddAsync("order_lines", ("order_id", id), ("position", 0), ("variant_id", Id(4)), ("product_id", Id(6)),
            ("product_name", "Nón lá"), ("sku", "NON"),
            ("unit_price", 1000L), ("quantity", 1L), ("shipped", 0L), ("returned", 0L), ("limited", false));
    }

    private Task AddAsync(string table, params (string Name, object Value)[] columns)
    {
        var names = string.Join(", ", columns.Select(c => c.Name));
        var values = string.Join(", ", columns.Select((_, i) => $"${i + 1}"));
        return _server.Db.WriteAsync(tx =>
            tx.ExecuteAsync($"INSERT INTO {table} ({names}) VALUES ({values})", [.. columns.Select(c => (object?)c.Value)]));
    }
}

public sealed class StoredOrder_on_sqlite() : StoredOrderTests(Backend.Sqlite);

public sealed class StoredOrder_on_postgresql() : StoredOrderTests(Backend.Postgres);

using Holdfast.Platform.Data;
using Holdfast.Platform.Text;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;

namespace Holdfast.Bench;

/// <summary>
/// The shop that every measurement starts from: one store, 1,000 items with stock without end, one item of which 100 are left, and 10,000
/// guests who have ordered before. Its ids are known to place.lua and place.sql. A second store has one item, with stock without end.
/// </summary>
internal static class Shop
{
    public const int Items = 1000;
    public const int SoldOutItem = Items;

    /// <summary>The item of the second store.</summary>
    public const int QuietItem = Items + 1;
    public const int Customers = 10_000;
    public const string Phone = "+84900000000";
    public const long Price = 199_000;
    private const long Plenty = 1_000_000_000;
    private const long Few = 100;

    /// <summary>A code without limits, and what an order with points pays with them.</summary>
    public const string Code = "BENCH";
    public const long PointsEach = 10;

    private static readonly DateTime Opened = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static readonly Guid Store = Guid.Parse("01900000-0000-7000-8000-000000000000");

    public static readonly Guid QuietStore = Guid.Parse("01900000-0000-7000-8000-000000000001");

    public static Guid StoreOf(int item) => item == QuietItem ? QuietStore : Store;

    public static Guid Variant(int item) => Guid.Parse($"01900000-0000-7000-8001-{item:x12}");

    public static Guid Product(int item) => Guid.Parse($"01900000-0000-7000-8002-{item:x12}");

    public static Guid Customer(int n) => Guid.Parse($"01900000-0000-7000-8003-{n:x12}");

    public static Guid Account(int n) => Guid.Parse($"01900000-0000-7000-8004-{n:x12}");

    public static string Email(int n) => $"customer{n:d5}@example.com";

    public static string CustomerName(int n) => $"Customer {n:d5}";

    public static string Address(int n) =>
        $$"""{"name":"{{CustomerName(n)}}","line1":"12 Example Street","city":"Exampleton","postalCode":"10000","country":"VN"}""";

    /// <summary>Creates the schema by the modules' own migrations and writes the shop.</summary>
    public static async Task OpenAsync(Db db)
    {
        await Migrations.ApplyAsync(db, Server.Modules);
        await db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            batch.Insert(Stores());
            batch.Insert(Products());
            batch.Insert(Variants());
            batch.Insert(Stock());
            batch.Insert(Receipts());
            batch.Insert(Users());
            batch.Insert(Programs());
            DiscountWriter.Insert(batch,
                [new DiscountCode { Id = Store, StoreId = Store, Code = Code, CodeKey = Code, Kind = DiscountKind.Percent, Value = 1000 }],
                Opened);
            batch.Insert(PointsAccounts());
            batch.Insert(PointsMovements());
            await batch.RunAsync();
        });
    }

    private static RowSet Stores() =>
        new RowSet("stores", new("id", ColumnType.Uuid), new("slug", ColumnType.Text), new("name", ColumnType.Text),
            new("currency", ColumnType.Text), new("time_zone", ColumnType.Text), new("version", ColumnType.Long),
            new("created_at", ColumnType.Time), new("updated_at", ColumnType.Time))
            .Add(Store).Add("bench").Add("Bench").Add("VND").Add("Asia/Ho_Chi_Minh").Add(1L).Add(Opened).Add(Opened)
            .Add(QuietStore).Add("quiet").Add("Quiet").Add("VND").Add("Asia/Ho_Chi_Minh").Add(1L).Add(Opened).Add(Opened);

    private static RowSet Products()
    {
        var rows = new RowSet("products", new("id", ColumnType.Uuid), new("store_id", ColumnType.Uuid), new("name", ColumnType.Text),
            new("search_text", ColumnType.Text), new("version", ColumnType.Long), new("created_at", ColumnType.Time),
            new("updated_at", ColumnType.Time));
        for (var i = 0; i <= QuietItem; i++)
        {
            rows.Add(Product(i)).Add(StoreOf(i)).Add($"Item {i:d4}").Add($"item {i:d4}").Add(1L).Add(Opened).Add(Opened);
        }

        return rows;
    }

    private static RowSet Variants()
    {
        var rows = new RowSet("variants", new("id", ColumnType.Uuid), new("product_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid),
            new("position", ColumnType.Int), new("sku", ColumnType.Text), new("price", ColumnType.Long), new("active", ColumnType.Bool));
        for (var i = 0; i <= QuietItem; i++)
        {
            rows.Add(Variant(i)).Add(Product(i)).Add(StoreOf(i)).Add((int?)0).Add($"SKU-{i:d4}").Add(Price).Add(true);
        }

        return rows;
    }

    private static RowSet Stock()
    {
        var rows = new RowSet("stock", new("variant_id", ColumnType.Uuid), new("location_id", ColumnType.Uuid),
            new("store_id", ColumnType.Uuid),
            new("on_hand", ColumnType.Long), new("reserved", ColumnType.Long), new("shortfall", ColumnType.Long),
            new("movements", ColumnType.Long),
            new("event_sequence", ColumnType.Int));
        for (var i = 0; i <= QuietItem; i++)
        {
            rows.Add(Variant(i)).Add(StoreOf(i)).Add(StoreOf(i)).Add(OnHand(i)).Add(0L).Add(0L).Add(1L).Add((int?)0);
        }

        return rows;
    }

    private static RowSet Receipts()
    {
        var rows = new RowSet("stock_movements", new("variant_id", ColumnType.Uuid), new("location_id", ColumnType.Uuid),
            new("sequence", ColumnType.Long), new("store_id", ColumnType.Uuid), new("on_hand_delta", ColumnType.Long),
            new("reserved_delta", ColumnType.Long), new("reason", ColumnType.Text),
            new("reference", ColumnType.Text), new("created_at", ColumnType.Time));
        for (var i = 0; i <= QuietItem; i++)
        {
            rows.Add(Variant(i)).Add(StoreOf(i)).Add(1L).Add(StoreOf(i)).Add(OnHand(i)).Add(0L).Add("receipt").Add("opening").Add(Opened);
        }

        return rows;
    }

    private static RowSet Users()
    {
        var rows = new RowSet("users", new("id", ColumnType.Uuid), new("role", ColumnType.Text), new("email", ColumnType.Text),
            new("email_key", ColumnType.Text), new("name", ColumnType.Text), new("name_folded", ColumnType.Text),
            new("active", ColumnType.Bool), new("created_at", ColumnType.Time),
            new("updated_at", ColumnType.Time));
        for (var i = 0; i < Customers; i++)
        {
            rows.Add(Customer(i)).Add("guest").Add(Email(i)).Add(Email(i)).Add(CustomerName(i)).Add(SearchText.Of(CustomerName(i)))
                .Add(true).Add(Opened).Add(Opened);
            rows.Add(Account(i)).Add("customer").Add(Email(i)).Add(Email(i)).Add(CustomerName(i)).Add(SearchText.Of(CustomerName(i)))
                .Add(true).Add(Opened).Add(Opened);
        }

        return rows;
    }

    private static RowSet Programs() =>
        new RowSet("loyalty_programs", new("store_id", ColumnType.Uuid), new("amount_per_point", ColumnType.Long),
        new("point_value", ColumnType.Long), new("version", ColumnType.Long), new("updated_at", ColumnType.Time)).Add(Store).Add(1000L)
        .Add(100L).Add(1L).Add(Opened);

    private static RowSet PointsAccounts()
    {
        var rows = new RowSet("points_accounts", new("customer_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid),
            new("balance", ColumnType.Long),
            new("movements", ColumnType.Long), new("updated_at", ColumnType.Time));
        for (var i = 0; i < Customers; i++)
        {
            rows.Add(Account(i)).Add(Store).Add(Plenty).Add(1L).Add(Opened);
        }

        return rows;
    }

    private static RowSet PointsMovements()
    {
        var rows = new RowSet("points_movements", new("customer_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid),
            new("sequence", ColumnType.Long),
            new("delta", ColumnType.Long), new("reason", ColumnType.Text), new("created_at", ColumnType.Time));
        for (var i = 0; i < Customers; i++)
        {
            rows.Add(Account(i)).Add(Store).Add(1L).Add(Plenty).Add("adjusted").Add(Opened);
        }

        return rows;
    }

    private static long OnHand(int item) => item == SoldOutItem ? Few : Plenty;
}

using System.Globalization;
using Holdfast.Catalog.Core;
using Holdfast.Catalog.Storage;
using Holdfast.Inventory.Storage;
using Holdfast.Platform.Data;

namespace Holdfast.Commands;

/// <summary>
/// The store that a first start makes in an empty database, so that there is something to order. Its ids are the same everywhere.
/// </summary>
internal static class DemoStore
{
    public static readonly Guid StoreId = Id(0);

    private static readonly (string Name, string Category, string Description,
        (string Sku, string? Name, long Price, int? Limit, long Stock)[] Variants)[] Products =
    [
        ("Áo thun Holdfast, phiên bản giới hạn", "Thời trang", "In lụa thủ công tại Đà Nẵng, mỗi khách hai chiếc.",
            [("AO-GH-M", "Cỡ M", 199_000, 2, 100), ("AO-GH-L", "Cỡ L", 199_000, 2, 100)]),
        ("Cà phê Buôn Ma Thuột rang mộc", "Thực phẩm", "Gói 500 g, rang theo tuần.", [("CF-BMT-500", null, 145_000, null, 500)]),
        ("Trà ô long Bảo Lộc", "Thực phẩm", "Hộp 200 g.", [("TRA-OL-200", null, 120_000, null, 300)]),
        ("Nước mắm Phú Quốc 40 độ đạm", "Thực phẩm", "Chai thuỷ tinh 500 ml.", [("NM-PQ-500", null, 95_000, null, 800)]),
        ("Nón lá Huế", "Quà tặng", "Chằm tay ở làng Tây Hồ.", [("NON-HUE", null, 80_000, null, 150)]),
        ("Gốm Bát Tràng, bộ ấm chén", "Nhà cửa", "Men rạn, một ấm sáu chén.", [("GOM-BT-7", null, 650_000, null, 40)]),
        ("Balô chống nước 20 lít", "Thời trang", "Vải dù, ngăn máy tính 15 inch.",
            [("BALO-20-DEN", "Đen", 459_000, null, 120), ("BALO-20-XANH", "Xanh rêu", 459_000, null, 60)]),
        ("Vé đêm nhạc bên sông Hương", "Vé", "Vào cửa lúc 19 giờ.", [("VE-SH-01", null, 350_000, 4, 250)]),
    ];

    /// <summary>Makes it unless there is any store. Returns whether it was made.</summary>
    public static async Task<bool> MakeAsync(Db db, CancellationToken ct)
    {
        try
        {
            return await db.WriteAsync(MakeAsync, ct);
        }
        catch (Exception e) when (db.IsUniqueViolation(e, "stores") || db.IsUniqueViolation(e, "slug"))
        {
            // Another process that starts at the same time was first.
            return false;
        }
    }

    private static async Task<bool> MakeAsync(Tx tx)
    {
        if (await tx.FirstAsync("SELECT COUNT(*) FROM stores", r => r.Long(0)) > 0)
        {
            return false;
        }

        var now = await tx.NowAsync();
        var writer = new CatalogWriter(now);
        writer.Add(new Store
        {
            Id = StoreId,
            Slug = "demo",
            Name = "Tiệm Holdfast",
            Currency = "VND",
            TimeZone = "Asia/Ho_Chi_Minh",
            ShippingRates = [new(0, 30_000), new(500_000, 0)],
            Tax = new(Included: true, Rate: 8, Categories: []),
        });
        var stock = new List<(Guid VariantId, Guid StoreId, long Quantity)>();
        var number = 0;
        foreach (var (name, category, description, variants) in Products)
        {
            var product = new Product
            {
                Id = Id(100 + (10 * ++number)),
                StoreId = StoreId,
                Name = name,
                Category = category,
                Description = description,
                Variants = [.. variants.Select((v, i) =>
                    new Variant { Id = Id(100 + (10 * number) + i + 1), Sku = v.Sku, Name = v.Name, Price = v.Price,
                    PurchaseLimit = v.Limit })],
            };
            writer.Add(product);
            stock.AddRange(product.Variants.Select((v, i) => (v.Id, StoreId, variants[i].Stock)));
        }

        var batch = tx.Batch();
        writer.Save(batch);
        await batch.RunAsync();
        await StockWriter.ReceiveAsync(tx, stock, "demo", now);
        return true;
    }

    private static Guid Id(int number) =>
        Guid.ParseExact(string.Create(CultureInfo.InvariantCulture, $"01900000-0000-7000-8000-{number:D12}"), "D");
}

using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using static Holdfast.Orders.Events.JsonSchemas;
using static Holdfast.Platform.Data.Table<Holdfast.Orders.Core.OrderLine>;

namespace Holdfast.Orders.Storage;

/// <summary>The table <c>order_lines</c>, each column once, in the order of the members of a served line.</summary>
internal static class OrderLineTable
{
    public static readonly Table<OrderLine> Table = new("order_lines", "l",
        Column("order_id", l => l.OrderId).Key(),
        Written("position", l => l.Position),
        Column("variant_id", l => l.VariantId).Key().Served("variantId", Id),
        Column("product_id", l => l.ProductId).Served("productId", Id),
        Column("product_name", l => l.ProductName).Served("productName", Text),
        Column("sku", l => l.Sku).Served("sku", Text),
        Column("unit_price", l => l.UnitPrice).Served("unitPrice", Amount),
        Column("quantity", l => l.Quantity).Served("quantity", Amount),
        Made("lineTotal", Amount, (json, l) => json.WriteNumber("lineTotal"u8, l.LineTotal)),
        Column("discount", l => l.Discount).Served("discountAmount", Amount, optional: true),
        Column("tax", l => l.Tax).Served("taxAmount", Amount, optional: true),
        Column("shipped", l => l.Shipped).Changes().Served("shippedQuantity", Amount, optional: true),
        Column("returned", l => l.Returned).Changes().Served("returnedQuantity", Amount, optional: true),
        Column("cancelled", l => l.Cancelled).Changes().Later().Served("cancelledQuantity", Amount, optional: true),
        Column("undelivered", l => l.Undelivered).Changes().Later().Served("undeliveredQuantity", Amount, optional: true),
        Column("limited", l => l.Limited));

    /// <summary>Writes how many pieces of each line were shipped, returned or cancelled.</summary>
    public static readonly TableChange<OrderLine> Change = Table.Change();

    /// <summary>The lines of orders as they are inserted.</summary>
    public static RowSet Rows(IEnumerable<Order> orders) =>
        Table.Rows(orders.SelectMany(o => o.Lines.Select((l, i) => l with { OrderId = o.Id, Position = i })));
}

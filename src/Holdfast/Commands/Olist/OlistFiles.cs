using Holdfast.Commands.Olist.Core;
using Holdfast.Commands.Tables.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Olist;

/// <summary>
/// Reads a folder of the data set (the file and column names are those of the public "Brazilian E-Commerce Public Dataset by Olist").
/// A bad row is reported and left out, and so is an order that it is part of.
/// </summary>
internal sealed class OlistFiles(DecimalMark mark)
{
    private readonly List<BadRow> _problems = [];
    private readonly Dictionary<string, Seller> _sellers = [];
    private readonly Dictionary<string, Product> _products = [];
    private readonly Dictionary<string, Customer> _customers = [];
    private readonly Dictionary<string, Order> _orders = [];
    private readonly Dictionary<(string, int), Item> _items = [];
    private readonly Dictionary<(string, int), Payment> _payments = [];
    private readonly HashSet<string> _spoiled = [];

    /// <summary>
    /// Reads all six files. A missing file or column is a <see cref="StartupException"/>: nothing can be made of the rest.
    /// </summary>
    public static async Task<OlistData> ReadAsync(string folder, CancellationToken ct, DecimalMark mark = DecimalMark.Unsaid)
    {
        var files = new OlistFiles(mark);
        await files.SellersAsync(Path(folder, "sellers"), ct);
        await files.ProductsAsync(Path(folder, "products"), ct);
        await files.CustomersAsync(Path(folder, "customers"), ct);
        await files.OrdersAsync(Path(folder, "orders"), ct);
        await files.ItemsAsync(Path(folder, "order_items"), ct);
        await files.PaymentsAsync(Path(folder, "order_payments"), ct);
        return new OlistData(files._sellers, files._products, files._customers, [.. files._orders.Values], [.. files._items.Values],
            [.. files._payments.Values],
            files._spoiled, files._problems);
    }

    private static string Path(string folder, string name)
    {
        var path = System.IO.Path.Combine(folder, $"olist_{name}_dataset.csv");
        return File.Exists(path) ? path : throw new StartupException($"there is no file {path}");
    }

    private Task SellersAsync(string path, CancellationToken ct) =>
        new OlistTable(path, mark, _problems, "seller_id", "seller_city", "seller_state").ReadAsync(row =>
        {
            var seller = new Seller(Id(row, "seller_id"), row.Text("seller_city"), row.Text("seller_state"));
            Keep(row, "seller_id", _sellers, seller.Id, seller);
        }, ct);

    private Task ProductsAsync(string path, CancellationToken ct) =>
        new OlistTable(path, mark, _problems, "product_id", "product_category_name").ReadAsync(row =>
        {
            var product = new Product(Id(row, "product_id"), row.Optional("product_category_name"));
            Keep(row, "product_id", _products, product.Id, product);
        }, ct);

    private Task CustomersAsync(string path, CancellationToken ct) =>
        new OlistTable(path, mark, _problems, "customer_id", "customer_unique_id", "customer_zip_code_prefix", "customer_city",
            "customer_state").ReadAsync(row =>
        {
            var customer = new Customer(Id(row, "customer_id"), Id(row, "customer_unique_id"), row.Text("customer_zip_code_prefix"),
                row.Text("customer_city"),
                row.Text("customer_state"));
            Keep(row, "customer_id", _customers, customer.Id, customer);
        }, ct);

    private Task OrdersAsync(string path, CancellationToken ct) =>
        new OlistTable(path, mark, _problems, "order_id", "customer_id", "order_status", "order_purchase_timestamp", "order_approved_at")
            .ReadAsync(row =>
        {
            var (id, customer, text) = (Id(row, "order_id"), row.Text("customer_id"), row.Text("order_status"));
            row.Check(_customers.ContainsKey(customer), "customer_id", $"no usable customer has the id '{OlistRow.Short(customer)}'");
            var status = OlistStatus.Parse(text);
            row.Check(status is not null, "order_status", $"'{OlistRow.Short(text)}' is not a status of the data set");
            var order = new Order(id, customer, status ?? default, row.Time("order_purchase_timestamp"),
                row.Optional("order_approved_at") is not null);
            Keep(row, "order_id", _orders, id, order);
            if (row.IsBad && !_orders.ContainsKey(row.Key))
            {
                _spoiled.Add(row.Key);
            }
        }, ct);

    private Task ItemsAsync(string path, CancellationToken ct) =>
        new OlistTable(path, mark, _problems, "order_id", "order_item_id", "product_id", "seller_id", "price", "freight_value")
            .ReadAsync(row =>
        {
            var item = new Item(OrderOf(row), row.Count("order_item_id"), row.Text("product_id"), row.Text("seller_id"),
                row.Centavos("price"), row.Centavos("freight_value"));
            row.Check(_products.ContainsKey(item.ProductId), "product_id",
                $"no usable product has the id '{OlistRow.Short(item.ProductId)}'");
            row.Check(_sellers.ContainsKey(item.SellerId), "seller_id", $"no usable seller has the id '{OlistRow.Short(item.SellerId)}'");
            Keep(row, "order_item_id", _items, (item.OrderId, item.Number), item);
            Spoil(row);
        }, ct);

    private Task PaymentsAsync(string path, CancellationToken ct) =>
        new OlistTable(path, mark, _problems, "order_id", "payment_sequential", "payment_type", "payment_installments", "payment_value")
            .ReadAsync(row =>
        {
            var payment = new Payment(OrderOf(row), row.Count("payment_sequential"), row.Text("payment_type"),
                row.Count("payment_installments"), row.Centavos("payment_value"));
            Keep(row, "payment_sequential", _payments, (payment.OrderId, payment.Sequence), payment);
            Spoil(row);
        }, ct);

    /// <summary>Ids of the source are 32 hexadecimal digits; they go into addresses and keys, so nothing else is let through.</summary>
    private static string Id(OlistRow row, string column)
    {
        var id = row.Text(column);
        row.Check(id.Length == 32 && id.All(char.IsAsciiHexDigitLower), column,
            $"'{OlistRow.Short(id)}' is not an id of 32 hexadecimal digits");
        return id;
    }

    /// <summary>
    /// The order of an item or payment. Nothing more is reported for an order whose own row is bad: its rows are left out with it.
    /// </summary>
    private string OrderOf(OlistRow row)
    {
        var id = row.Text("order_id");
        row.Check(_orders.ContainsKey(id) || _spoiled.Contains(id), "order_id", $"no order has the id '{OlistRow.Short(id)}'");
        return id;
    }

    private static void Keep<TKey, T>(OlistRow row, string column, Dictionary<TKey, T> rows, TKey key, T value) where TKey : notnull
    {
        row.Check(!rows.ContainsKey(key), column, "an earlier row has the same key");
        if (!row.IsBad)
        {
            rows.Add(key, value);
        }
    }

    private void Spoil(OlistRow row)
    {
        if (row.IsBad && _orders.ContainsKey(row.Key))
        {
            _spoiled.Add(row.Key);
        }
    }
}

using Holdfast.Carts.Core;
using Holdfast.Identity.Accounts;
using Holdfast.Platform.Data;

namespace Holdfast.Carts.Storage;

/// <summary>Carts in the database.</summary>
internal static class CartTable
{
    // One statement, hence one moment: the version belongs to these lines.
    private const string SelectCart =
        "SELECT c.id, c.version, l.variant_id, l.quantity, l.added_price, l.added_name, l.added_at, v.product_id, v.sku, "
        + "CASE WHEN v.name IS NULL THEN p.name ELSE p.name || ' - ' || v.name END, v.price, v.purchase_limit, v.active "
        + "AND p.deleted_at IS NULL, COALESCE(s.on_hand, 0) - COALESCE(s.reserved, 0), COALESCE(b.quantity, 0) FROM carts c LEFT "
        + "JOIN cart_lines l ON l.cart_id = c.id LEFT JOIN variants v ON v.id = l.variant_id LEFT JOIN products p ON p.id = v.product_id "
        + "LEFT JOIN stock s ON s.variant_id = v.id AND s.location_id = v.store_id LEFT JOIN purchase_counts b ON b.variant_id = v.id "
        + "AND b.buyer = $3 WHERE c.store_id = $1 AND c.owner = $2 ORDER BY l.added_at, l.variant_id";

    private const string SelectVariant =
        "SELECT v.product_id, v.sku, CASE WHEN v.name IS NULL THEN p.name ELSE p.name || ' - ' || v.name END, v.price, v.purchase_limit, "
        + "v.active AND p.deleted_at IS NULL, COALESCE(s.on_hand, 0) - COALESCE(s.reserved, 0), 0 FROM variants v "
        + "JOIN products p ON p.id = v.product_id LEFT JOIN stock s ON s.variant_id = v.id AND s.location_id = v.store_id WHERE v.id = $1 "
        + "AND v.store_id = $2";

    /// <summary>The owner's cart, or <see cref="Cart.None"/>: ask <see cref="ToCart"/> when the batch has run.</summary>
    public static QueryResult<(Guid Id, long Version, CartLine? Line)> Read(StatementBatch batch, Guid storeId, string owner,
        string buyer) =>
        batch.Query(SelectCart, r =>
        (r.Uuid(0), r.Long(1), r.IsNull(2) ? null : new CartLine(r.Uuid(2), r.Long(3), r.Long(4), r.Text(5), r.Time(6), Variant(r, 7))),
        storeId, owner, buyer);

    public static Cart ToCart(QueryResult<(Guid Id, long Version, CartLine? Line)> fetched) => fetched.Rows.Count == 0 ? Cart.None
        : new Cart(fetched.Rows[0].Id, fetched.Rows[0].Version, [.. fetched.Rows.Select(r => r.Line).OfType<CartLine>()]);

    /// <summary>The currency of a store; no row when there is none.</summary>
    public static QueryResult<string> Currency(StatementBatch batch, Guid storeId) =>
        batch.Query("SELECT currency FROM stores WHERE id = $1", r => r.Text(0), storeId);

    /// <summary>A variant of the store; null when it has no such variant.</summary>
    public static Task<VariantNow?> FindVariantAsync(DbSession session, Guid storeId, Guid variantId) =>
        session.FirstAsync(SelectVariant, r => Variant(r, 0), variantId, storeId);

    /// <summary>
    /// Makes the cart where it is missing, and locks the carts of the owners that have one, in the order of their ids. Null where one was
    /// to be made and the customer's account is closed.
    /// </summary>
    public static async Task<IReadOnlyList<(Guid Id, string Owner)>?> LockAsync(Tx tx, Guid storeId, CartOwner owner, bool create)
    {
        var batch = tx.Batch();
        if (create)
        {
            var account = owner.Customer is { } customer ? CustomerStore.Hold(batch, [customer]) : null;
            var clock = batch.Now();
            await batch.RunAsync();
            if (account?.First is { IsClosed: true })
            {
                return null;
            }

            var now = clock.First;
            batch.Execute(
                "INSERT INTO carts (id, store_id, owner, version, expires_at, created_at, updated_at) VALUES ($1, $2, $3, 0, $4, $5, $5) "
                + "ON CONFLICT (store_id, owner) DO NOTHING", Guid.CreateVersion7(), storeId, owner.Key, now
                + Cart.Lifetime(owner.IsCustomer), now);
        }

        string[] owners = owner.Visitor is { } visitor ? [owner.Key, visitor] : [owner.Key];
        var locked = batch.Query("SELECT id, owner FROM carts WHERE store_id = $1 AND owner {in $2} ORDER BY id {lock}",
            r => (r.Uuid(0), r.Text(1)), storeId, owners);
        await batch.RunAsync();
        return locked.Rows;
    }

    /// <summary>Writes lines, new ones or with another quantity. What a line said when it was added stays.</summary>
    public static void Write(StatementBatch batch, Guid cartId, Guid storeId, IEnumerable<CartLine> lines)
    {
        var rows = new RowSet("cart_lines", new("cart_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid),
            new("variant_id", ColumnType.Uuid), new("quantity", ColumnType.Long),
            new("added_price", ColumnType.Long), new("added_name", ColumnType.Text), new("added_at", ColumnType.Time));
        foreach (var line in lines)
        {
            rows.Add(cartId).Add(storeId).Add(line.VariantId).Add(line.Quantity).Add(line.AddedPrice).Add(line.AddedName).Add(line.AddedAt);
        }

        batch.Insert(rows, "ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity");
    }

    /// <summary>Notes that the cart was changed: the next version, and its time to live starts again.</summary>
    public static void Touch(StatementBatch batch, Guid cartId, DateTime now, bool isCustomers) =>
        batch.Execute("UPDATE carts SET version = version + 1, updated_at = $2, expires_at = $3 WHERE id = $1", cartId, now, now
        + Cart.Lifetime(isCustomers));

    /// <summary>Removes carts with their lines.</summary>
    public static void Remove(StatementBatch batch, params Guid[] cartIds)
    {
        batch.Execute("DELETE FROM cart_lines WHERE cart_id {in $1}", cartIds);
        batch.Execute("DELETE FROM carts WHERE id {in $1}", cartIds);
    }

    private static VariantNow Variant(Row r, int i) =>
        new(r.Uuid(i), r.Text(i + 1), r.Text(i + 2), r.Long(i + 3), r.IntOrNull(i + 4), r.Bool(i + 5), Math.Max(0, r.Long(i + 6)),
        r.Long(i + 7));
}

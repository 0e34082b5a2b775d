namespace Holdfast.Tests.Orders;

/// <summary>What a store charges, takes off and gives, written straight into the tables.</summary>
public sealed partial class Shop
{
    public Task ChargeAsync(string? shippingRates, string? tax) => _db.WriteAsync(tx =>
        tx.ExecuteAsync("UPDATE stores SET shipping_rates = $2{as text}, tax = $3{as text} WHERE id = $1", StoreId, shippingRates, tax));

    public Task CombineAsync() => _db.WriteAsync(tx => tx.ExecuteAsync("UPDATE stores SET combines_discounts = $2 WHERE id = $1", StoreId,
        true));

    public Task CategoriseAsync(int index, string category) => _db.WriteAsync(tx =>
        tx.ExecuteAsync("UPDATE products SET category = $2 WHERE id = (SELECT product_id FROM variants WHERE id = $1)", Variants[index],
        category));

    /// <param name="value">Basis points, or minor units.</param>
    /// <param name="ends">In so many minutes.</param>
    public Task AddCodeAsync(string code, string kind, long value, long? limit = null, long? perCustomer = null, long? minimum = null,
        string? categories = null, int? ends = null) =>
        _db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            await tx.ExecuteAsync(
                "INSERT INTO discount_codes (id, store_id, code, code_key, kind, value, ends_at, minimum_subtotal, usage_limit, "
                + "usage_limit_per_customer, categories, "
                + "active, used, version, created_at, updated_at) VALUES ($1, $2, $3, $3, $4, $5, $6{as timestamptz}, $7{as bigint}, "
                + "$8{as bigint}, $9{as bigint}, $10{as text}, $11, 0, 1, $12, $12)",
                Guid.CreateVersion7(), StoreId, code, kind, value, ends is { } minutes ? now.AddMinutes(minutes)
                : null, minimum, limit, perCustomer, categories, true, now);
        });

    public Task AddProgramAsync(long amountPerPoint, long pointValue, int? days = null) => _db.WriteAsync(async tx =>
        await tx.ExecuteAsync(
        "INSERT INTO loyalty_programs (store_id, amount_per_point, point_value, expires_after_days, version, updated_at) VALUES ($1, $2, "
        + "$3, $5{as int}, 1, $4)",
            StoreId, amountPerPoint, pointValue, await tx.NowAsync(), days));

    public Task GivePointsAsync(Guid customer, long points) => _db.WriteAsync(async tx =>
    {
        var now = await tx.NowAsync();
        await tx.ExecuteAsync(
            "INSERT INTO points_accounts (customer_id, store_id, balance, movements, updated_at) VALUES ($1, $2, $3, 1, $4)", customer,
            StoreId, points, now);
        await tx.ExecuteAsync(
            "INSERT INTO points_movements (customer_id, store_id, sequence, delta, reason, created_at) VALUES ($1, $2, 1, $3, "
            + "'adjusted', $4)", customer, StoreId, points, now);
    });

    public Task<long> PointsAsync(Guid customer) =>
        CountAsync("SELECT balance FROM points_accounts WHERE customer_id = $1 AND store_id = $2", customer, StoreId);

    public Task<long> UsesAsync(string code) =>
        CountAsync("SELECT used FROM discount_codes WHERE store_id = $1 AND code_key = $2", StoreId, code);
}

using Holdfast.Platform.Data;
using Holdfast.Promotions.Storage;

namespace Holdfast.Promotions;

/// <summary>What always holds of codes and their uses, and how counters are recomputed from the ledger.</summary>
internal static class PromotionInvariants
{
    // Each is one statement, hence one snapshot: it may run beside a working server.
    private const string Live = "(SELECT code_id, SUM(delta) AS uses FROM discount_uses GROUP BY code_id) u ON u.code_id = c.id ";

    public static readonly IReadOnlyList<Invariant> All =
    [
        new("discount_codes_count_their_live_uses",
            "SELECT c.id, c.code, c.used, COALESCE(u.uses, 0) AS uses_of_ledger FROM discount_codes c LEFT JOIN " + Live
            + "WHERE c.used <> COALESCE(u.uses, 0)"),
        new("discount_codes_are_used_within_their_limit",
            "SELECT c.id, c.code, c.usage_limit, u.uses FROM discount_codes c JOIN " + Live + "WHERE u.uses > c.usage_limit"),
        new("discount_codes_are_used_within_the_limit_per_customer",
            "SELECT c.id, c.code, c.usage_limit_per_customer, u.buyer, SUM(u.delta) AS uses FROM discount_codes c "
            + "JOIN discount_uses u ON u.code_id = c.id GROUP BY c.id, c.code, c.usage_limit_per_customer, u.buyer "
            + "HAVING SUM(u.delta) > c.usage_limit_per_customer OR SUM(u.delta) < 0"),
        new("discount_uses_count_towards_the_limit_per_customer",
            "SELECT u.code_id, u.order_id, u.buyer FROM discount_codes c JOIN discount_uses u ON u.code_id = c.id WHERE "
            + "c.usage_limit_per_customer IS NOT NULL AND NOT u.limited"),
        new("discount_uses_take_turns_with_givings_back",
            "SELECT code_id, order_id, COUNT(*) AS rows_of_ledger, MAX(sequence) AS last_sequence, SUM(delta) AS live FROM discount_uses "
            + "GROUP BY code_id, order_id HAVING COUNT(*) <> MAX(sequence) OR SUM(delta) NOT IN (0, 1)"),
        new("discount_uses_of_an_order_are_of_one_buyer_and_given_back_whole",
            "SELECT code_id, order_id, COUNT(DISTINCT buyer) AS buyers, SUM(delta) AS live, SUM(delta * amount) AS live_amount FROM "
            + "discount_uses GROUP BY code_id, order_id HAVING COUNT(DISTINCT buyer) > 1 OR (SUM(delta) = 0 AND SUM(delta * amount) <> 0)"),
        new("an_order_uses_two_discount_codes_at_most",
            "SELECT order_id, SUM(delta) AS live FROM discount_uses GROUP BY order_id HAVING SUM(delta) > 2"),
        new("discount_uses_belong_to_a_code_of_the_store",
            "SELECT u.code_id, u.order_id, u.store_id, c.store_id AS store_of_code FROM discount_uses u LEFT JOIN discount_codes c ON "
            + "c.id = u.code_id WHERE c.id IS NULL OR c.store_id <> u.store_id"),
    ];

    public static readonly IReadOnlyList<Repair> Repairs = [new("discount_codes_from_their_ledger", RecomputeAsync)];

    /// <summary>Sets the counter of every code that differs to what the ledger says.</summary>
    private static async Task<IReadOnlyList<string>> RecomputeAsync(Tx tx)
    {
        const string Differs = "LEFT JOIN " + Live + "WHERE c.used <> COALESCE(u.uses, 0)";
        var broken = await tx.QueryAsync("SELECT c.id FROM discount_codes c " + Differs, r => r.Uuid(0));
        if (broken.Count == 0)
        {
            return [];
        }

        var batch = tx.Batch();
        DiscountStore.Load(batch, [.. broken]);
        var counted = batch.Query("SELECT c.id, c.code, c.used, COALESCE(u.uses, 0), c.usage_limit FROM discount_codes c " + Differs
            + " AND c.id {in $1}",
            r => (Id: r.Uuid(0), Code: r.Text(1), Used: r.Long(2), Uses: r.Long(3), Limit: r.LongOrNull(4)), broken.ToArray());
        await batch.RunAsync();

        var rows = new RowSet("discount_codes", new("id", ColumnType.Uuid), new("used", ColumnType.Long));
        var lines = new List<string>();
        foreach (var (id, code, used, uses, limit) in counted.Rows)
        {
            if (uses < 0 || uses > limit)
            {
                lines.Add($"discount code {code} ({id}): not repaired: its ledger has {uses} live uses, its limit is {limit}");
                continue;
            }

            rows.Add(id).Add(uses);
            lines.Add($"discount code {code} ({id}): used {used} -> {uses}");
        }

        batch.ChangeEach(rows, "UPDATE discount_codes SET used = {v.used} WHERE discount_codes.id = {v.id}");
        await batch.RunAsync();
        return lines;
    }
}

using System.Text;
using Holdfast.Identity.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Orders;

/// <summary>
/// Moves the counts of limited purchases and discount uses to the current keys of emails: the keys of domains beyond ASCII have changed.
/// Two spellings of one mailbox are one buyer, so their purchases add up.
/// </summary>
internal sealed class MoveBuyerKeys : IMigrationStep
{
    private const int PageSize = 1000;

    public async Task<IReadOnlyList<string>> RunAsync(Tx tx)
    {
        foreach (var (buyer, key) in await ChangedAsync(tx, "purchase_counts"))
        {
            await tx.ExecuteAsync(
                "INSERT INTO purchase_counts (variant_id, buyer, quantity) SELECT variant_id, $2{as text}, quantity FROM purchase_counts "
                + "WHERE buyer = $1 ON CONFLICT (variant_id, buyer) DO UPDATE "
                + "SET quantity = purchase_counts.quantity + excluded.quantity", buyer, key);
            await tx.ExecuteAsync("DELETE FROM purchase_counts WHERE buyer = $1", buyer);
        }

        foreach (var (buyer, key) in await ChangedAsync(tx, "discount_uses"))
        {
            await tx.ExecuteAsync("UPDATE discount_uses SET buyer = $2 WHERE buyer = $1", buyer, key);
        }

        return [];
    }

    /// <summary>Returns the buyers of a table whose key has changed, with the new key.</summary>
    private static async Task<List<(string Buyer, string Key)>> ChangedAsync(Tx tx, string table)
    {
        var changed = new List<(string Buyer, string Key)>();
        var last = "";
        while (true)
        {
            var page = await tx.QueryAsync($"SELECT DISTINCT buyer FROM {table} WHERE buyer > $1 ORDER BY buyer LIMIT {PageSize}",
                r => r.Text(0), last);
            if (page.Count == 0)
            {
                return changed;
            }

            // Keys of ASCII alone are what they were.
            changed.AddRange(page.Where(b => !Ascii.IsValid(b)).Select(b => (b, Emails.Key(b) ?? b)).Where(b => b.Item1 != b.Item2));
            last = page[^1];
        }
    }
}

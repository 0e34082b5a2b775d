using Holdfast.Loyalty.Core;
using Holdfast.Loyalty.Storage;
using Holdfast.Platform.Data;

namespace Holdfast.Loyalty.Endpoints;

/// <summary>Reads points without a lock.</summary>
internal static class PointsReader
{
    /// <summary>Whether the id is that of a customer with an account: guests have no points.</summary>
    public static async Task<bool> IsCustomerAsync(DbSession session, Guid id) =>
        await session.FirstAsync("SELECT 1 FROM users WHERE id = $1 AND role = 'customer' AND active", r => r.Int(0), id) == 1;

    /// <summary>The points of the accounts, in their order, less what has lapsed by now.</summary>
    public static async Task<IReadOnlyList<PointsView>> ViewAsync(DbSession session,
        IReadOnlyList<(Guid CustomerId, Guid StoreId)> accounts)
    {
        var book = await PointsStore.PeekAsync(session, accounts);
        var lapsing = accounts.Where(a => book.Find(a.CustomerId, a.StoreId)?.NextExpiry is not null).ToList();
        var upcoming = new Dictionary<(Guid, Guid), UpcomingExpiry?>();
        if (lapsing.Count > 0)
        {
            var batch = session.Batch();
            var ledgers = PointsStore.Ledger(batch, lapsing);
            var now = batch.Now();
            await batch.RunAsync();
            upcoming = ledgers.Rows.GroupBy(r => (r.CustomerId, r.StoreId))
                .ToDictionary(g => g.Key, g => Expiry.Upcoming([.. g], now.Rows[0]));
        }

        return [.. accounts.Select(a =>
            new PointsView(a.CustomerId, a.StoreId, book.Balance(a.CustomerId, a.StoreId), upcoming.GetValueOrDefault(a)))];
    }
}

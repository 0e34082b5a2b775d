using Holdfast.Orders.Lifecycle;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>
/// Sweeps until an order has expired. A server sweeps, too: one sweep alone may find that the server's has the order and is not done yet.
/// </summary>
internal static class Sweeping
{
    public static Task ExpireAsync(this TestServer server, Guid order) => Until.TrueAsync("it has expired", async () =>
    {
        await server.Get<ExpirySweep>().SweepOnceAsync();
        return await server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT COUNT(*) FROM orders WHERE id = $1 AND status = 'expired'", r => r.Long(0), order)) == 1;
    });
}

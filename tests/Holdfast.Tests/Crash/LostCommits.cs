using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Crash;

/// <summary>A crash that takes the numbers of transactions with it.</summary>
internal static class LostCommits
{
    private const int AtLeast = 3;

    // Transactions that have written an order or changed one, and have waited for their client for longer than between two statements.
    private const string OfOrders = "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        + "WHERE l.relation = 'orders'::regclass AND l.mode = 'RowExclusiveLock' "
        + "AND a.wait_event = 'ClientRead' AND a.state_change < clock_timestamp() - interval '1 second'";

    /// <summary>
    /// Keeps the COMMITs of several transactions back, one that concerns an order among them, and crashes the server. Nothing of them is on
    /// its disk: their numbers are given out again.
    /// </summary>
    public static async Task CrashAsync(PostgresServer postgres, CommitProxy proxy)
    {
        var withheld = proxy.Withheld;
        postgres.PauseWriters();
        proxy.Withholds = true;
        await Until.TrueAsync("several COMMITs are kept back", async () =>
            proxy.Withheld >= withheld + AtLeast && await postgres.ReadAsync(OfOrders, "shop") is not null);
        await postgres.CrashAsync();
        proxy.Withholds = false;
    }
}

using Holdfast.Platform.Data;

namespace Holdfast.Tests.Fixtures;

/// <summary>For transactions that a test holds open while others do something.</summary>
internal static class IdleTransactions
{
    /// <summary>
    /// Lets it stand still for as long as that takes: PostgreSQL ends others after seconds, which a busy machine may need for what comes in
    /// between.
    /// </summary>
    public static async Task MayIdleAsync(this Tx tx)
    {
        if (tx.Db.Name != "sqlite")
        {
            await tx.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0");
        }
    }
}

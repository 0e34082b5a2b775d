using System.Diagnostics;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity;

/// <summary>
/// Removes what closed accounts have left elsewhere, in transactions of a bounded size, so that nobody waits for one who has ordered for
/// years. Whoever closes an account begins with it; any worker goes on with it, after a crash too.
/// </summary>
internal sealed class AccountClosings(Db db, IEnumerable<AccountHook> hooks, ILogger<AccountClosings> log)
    : Sweep(db, Pause, batchSize: 1, log)
{
    private const int SlicesBetweenLines = 100;
    private const int LongestRest = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UntilAgain = TimeSpan.FromMinutes(1);

    // How long the request that closes an account works on it itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private int _slices;

    /// <summary>Notes a closed account with the statements of the batch; only then it is worked on.</summary>
    public static void Begin(StatementBatch batch, Account account, DateTime now) => batch.Execute(
        "INSERT INTO closing_accounts (user_id, actor, part, done, next_at, begun_at) VALUES ($1, $2, NULL, 0, $3, $3)", account.Id,
            account.Actor, now);

    /// <summary>Works on one closed account for two seconds at most; what is then left is the workers'.</summary>
    public async Task ContinueAsync(Guid id)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            while (clock.Elapsed < Patience && await SliceAsync("user_id = $1 {lock}", id, CancellationToken.None)
                .ConfigureAwait(false) == Remains.More)
            {
            }
        }
        catch (Exception e) when (Db.IsUnavailable(e))
        {
            // The account is closed, which is what was asked for; the rest follows.
            Db.Condition.Note(Log, e);
        }

        Wake();
    }

    /// <summary>A slice of the account that has waited longest; 0 where none is due.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default) =>
        await SliceAsync("next_at <= $1 ORDER BY next_at LIMIT 1 {skip locked}", await Db.ReadAsync(s => s.NowAsync(), ct)
            .ConfigureAwait(false), ct).ConfigureAwait(false) is null ? 0 : 1;

    /// <summary>What is left of the account; null where there is no such one.</summary>
    private async Task<Remains?> SliceAsync(string condition, object key, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var (remains, id) = await Db.WriteAsync<(Remains?, Guid)>(async tx =>
        {
            var found = await tx.QueryAsync($"SELECT user_id, actor, part, done FROM closing_accounts WHERE {condition}",
                r => new ClosingAccount(r.Uuid(0), r.Text(1)) { Part = r.UuidOrNull(2), Done = r.Int(3) }, key).ConfigureAwait(false);
            if (found is not [var account])
            {
                await tx.RollbackAsync().ConfigureAwait(false);
                return (null, Guid.Empty);
            }

            return (await SliceAsync(tx, account).ConfigureAwait(false), account.Id);
        }, ct).ConfigureAwait(false);
        if (remains == Remains.More && Db.Name == "sqlite")
        {
            // It has one writer: others come in between.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(LongestRest, clock.ElapsedMilliseconds)), ct).ConfigureAwait(false);
        }

        if (remains is not null && (Interlocked.Increment(ref _slices) % SlicesBetweenLines == 0))
        {
            Log.LogInformation("Still removing what is personal of the closed account {Account}: {Slices} slices so far", id, _slices);
        }

        return remains;
    }

    private async Task<Remains> SliceAsync(Tx tx, ClosingAccount account)
    {
        var now = await tx.NowAsync().ConfigureAwait(false);
        var remains = Remains.Nothing;
        foreach (var hook in hooks)
        {
            var left = await hook.EraseAsync(tx, account, now).ConfigureAwait(false);
            remains = left > remains ? left : remains;
            if (left == Remains.More)
            {
                break;
            }
        }

        await (remains == Remains.Nothing
            ? tx.ExecuteAsync("DELETE FROM closing_accounts WHERE user_id = $1", account.Id)
            : tx.ExecuteAsync("UPDATE closing_accounts SET part = $2{as uuid}, done = $3, next_at = $4 WHERE user_id = $1", account.Id,
                account.Part, account.Done,
                remains == Remains.More ? now : now + UntilAgain)).ConfigureAwait(false);
        return remains;
    }
}

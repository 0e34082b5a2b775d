using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity.Accounts;

/// <summary>
/// Removes what closed accounts have left elsewhere, in transactions of a bounded size, so that nobody waits for one who has ordered for
/// years.
/// </summary>
internal sealed class AccountClosings(Db db, IEnumerable<AccountHook> hooks, ILogger<AccountClosings> log) : SlicedWork(db, log)
{
    private static readonly TimeSpan UntilAgain = TimeSpan.FromMinutes(1);

    /// <summary>Records a closed account with the statements of the batch; only then is it worked on.</summary>
    public static void Begin(StatementBatch batch, Account account, DateTime now) => batch.Execute(
        "INSERT INTO closing_accounts (user_id, actor, part, done, next_at, begun_at) VALUES ($1, $2, NULL, 0, $3, $3)", account.Id,
            account.Actor, now);

    protected override async Task<Slice?> SliceAsync(Tx tx, string condition, object key)
    {
        var found = await tx.QueryAsync($"SELECT user_id, actor, part, done FROM closing_accounts WHERE {condition}",
            r => new ClosingAccount(r.Uuid(0), r.Text(1)) { Part = r.UuidOrNull(2), Done = r.Int(3) }, key);
        return found is [var account] ? new Slice(account.Id, await SliceAsync(tx, account), 1) : null;
    }

    private async Task<AccountRemainder> SliceAsync(Tx tx, ClosingAccount account)
    {
        var now = await tx.NowAsync();
        var remains = AccountRemainder.Nothing;
        foreach (var hook in hooks)
        {
            var left = await hook.EraseAsync(tx, account, now);
            remains = left > remains ? left : remains;
            if (left == AccountRemainder.More)
            {
                break;
            }
        }

        await (remains == AccountRemainder.Nothing
            ? tx.ExecuteAsync("DELETE FROM closing_accounts WHERE user_id = $1", account.Id)
            : tx.ExecuteAsync("UPDATE closing_accounts SET part = $2{as uuid}, done = $3, next_at = $4 WHERE user_id = $1", account.Id,
                account.Part, account.Done,
                remains == AccountRemainder.More ? now : now + UntilAgain));
        return remains;
    }
}

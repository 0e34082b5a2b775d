using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Replies;

namespace Holdfast.Identity.Links;

/// <summary>
/// Notes that a mailbox is an account's. Then, and not before, what was ordered with the email without signing in joins the account.
/// </summary>
internal sealed class EmailProof(GuestJoinings joinings)
{
    /// <summary>
    /// Records that the mailbox is the account's, and begins to move the orders that a guest placed with it to the account. After the
    /// commit <see cref="JoinedAsync"/> goes on.
    /// </summary>
    public async Task<ProofResult> ProveAsync(Tx tx, Account account, DateTime now)
    {
        var batch = tx.Batch();
        batch.Execute("UPDATE users SET email_proved_at = $2, updated_at = $2 WHERE id = $1", account.Id, now);
        var guest = batch.Query("SELECT id FROM users WHERE role = 'guest' AND email_key = $1 {lock}", r => r.Uuid(0),
            Emails.Key(account.Email));
        AuditLog.Note(batch, new AuditEntry("email_verified", account.Actor), now);
        await batch.RunAsync();
        var (joined, isMore) = guest.Rows.Count == 0 ? (0, false)
            : await joinings.BeginAsync(tx, new JoiningGuest(guest.First, account.Id, account.Actor), now);
        return new ProofResult(account, joined, isMore);
    }

    /// <summary>The answer: the account's email, and how many orders have joined it by now. Others may follow.</summary>
    public async Task<Reply> JoinedAsync(Result<ProofResult> proved)
    {
        if (!proved.IsOk)
        {
            return proved.Error!;
        }

        var (account, joined, isMore) = proved.Value;
        var more = isMore ? await joinings.ContinueAsync(account.Id) : 0;
        return Reply.Ok(new { account.Email, JoinedOrders = joined + more });
    }
}

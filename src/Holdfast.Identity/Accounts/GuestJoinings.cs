using Holdfast.Identity.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Mail;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity.Accounts;

/// <summary>
/// Hands what guests have ordered over to the accounts that have proved their mailboxes, in transactions of a bounded size: who has
/// ordered for years as a guest keeps nobody waiting, either. A few orders join in the transaction of the proof.
/// </summary>
internal sealed class GuestJoinings(Db db, IEnumerable<AccountHook> hooks, ILogger<GuestJoinings> log) : SlicedWork(db, log)
{
    /// <summary>
    /// Lets the guest's first orders join the account on the caller's transaction, and notes where there may be more.
    /// </summary>
    /// <returns>How many orders joined, and whether <see cref="SlicedWork.ContinueAsync"/> is to be called after the commit.</returns>
    public async Task<(int Joined, bool IsMore)> BeginAsync(Tx tx, JoiningGuest guest, DateTime now)
    {
        // Emptied and not deleted: an order may be on its way that has found this guest. It stays a guest's, as if it had come a moment
        // later.
        await tx.ExecuteAsync("UPDATE users SET email = $2, email_key = $2, name = NULL, name_folded = NULL, active = $3, updated_at = $4 "
            + "WHERE id = $1 AND role = 'guest'", guest.Id, Emails.OfClosed(guest.Id), false, now);
        var (joined, left) = await JoinAsync(tx, guest, now);
        var isMore = left != AccountRemainder.Nothing;
        await (isMore
            ? tx.ExecuteAsync("INSERT INTO joining_guests (guest_id, user_id, actor, next_at, begun_at) VALUES ($1, $2, $3, $4, $4)",
                guest.Id, guest.AccountId, guest.Actor, now)
            : PassMailsOnAsync(tx, guest));
        return (joined, isMore);
    }

    /// <summary>Whether orders are still to join the account. The caller has its row locked, so that none begins to.</summary>
    public static async Task<bool> AreLeftAsync(Tx tx, Guid accountId) =>
        (await tx.QueryAsync("SELECT 1 FROM joining_guests WHERE user_id = $1 LIMIT 1", _ => true, accountId))
            .Count > 0;

    protected override async Task<Slice?> SliceAsync(Tx tx, string condition, object key)
    {
        var found = await tx.QueryAsync($"SELECT guest_id, user_id, actor FROM joining_guests WHERE {condition}",
            r => new JoiningGuest(r.Uuid(0), r.Uuid(1), r.Text(2)), key);
        if (found is not [var guest])
        {
            return null;
        }

        var now = await tx.NowAsync();
        var (joined, left) = await JoinAsync(tx, guest, now);
        if (left != AccountRemainder.Nothing)
        {
            await tx.ExecuteAsync("UPDATE joining_guests SET next_at = $2 WHERE guest_id = $1", guest.Id, now);
            return new Slice(guest.AccountId, left, joined);
        }

        await PassMailsOnAsync(tx, guest);
        await tx.ExecuteAsync("DELETE FROM joining_guests WHERE guest_id = $1", guest.Id);
        // A second guest may be joining the account: with the email that it had before.
        var areLeft = await AreLeftAsync(tx, guest.AccountId);
        return new Slice(guest.AccountId, areLeft ? AccountRemainder.More : AccountRemainder.Nothing, joined);
    }

    private async Task<(int Joined, AccountRemainder Left)> JoinAsync(Tx tx, JoiningGuest guest, DateTime now)
    {
        var (joined, remains) = (0, AccountRemainder.Nothing);
        foreach (var hook in hooks)
        {
            var (orders, left) = await hook.JoinAsync(tx, guest, now);
            joined += orders;
            remains = left > remains ? left : remains;
        }

        return (joined, remains);
    }

    private static async Task PassMailsOnAsync(Tx tx, JoiningGuest guest)
    {
        var batch = tx.Batch();
        Mails.PassOn(batch, guest.Id, guest.AccountId);
        await batch.RunAsync();
    }
}

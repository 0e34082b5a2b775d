using Holdfast.Platform.Data;

namespace Holdfast.Platform.Mail;

/// <summary>The queue of mails. A module queues on its own transaction; a worker sends what has committed.</summary>
public static class Mails
{
    /// <summary>The lane of mails that were given up. A dead letter has the id of its mail.</summary>
    public const string Lane = "mails";

    /// <summary>The most mails to one user within an hour: a person who asks for links to a mailbox need not be its owner.</summary>
    public const int MostPerHour = 6;

    /// <summary>
    /// Queues the mail with the statements of the batch, unless one of its key is or was queued, or its user has been sent
    /// <see cref="MostPerHour"/> within the last hour. Once the batch has run, the result says so.
    /// </summary>
    public static QueuedMail Queue(StatementBatch batch, OutgoingMail mail, DateTime now)
    {
        var since = now.AddHours(-1);
        var inserted = batch.Execute(
            "INSERT INTO mails (id, key, store_id, recipient, subject, text, html, attempts, next_attempt_at, expires_at, created_at, "
            + "user_id) "
            + "SELECT $1{as uuid}, $2{as text}, $3{as uuid}, $4{as text}, $5{as text}, $6{as text}, $7{as text}, 0, $8{as timestamptz}, "
            + "$9{as timestamptz}, $8{as timestamptz}, $10{as uuid} "
            + "WHERE $10{as uuid} IS NULL OR (SELECT COUNT(*) FROM mails m WHERE m.user_id = $10{as uuid} AND m.created_at > $11{as "
            + "timestamptz}) "
            + $"< {MostPerHour} ON CONFLICT (key) DO NOTHING",
            Guid.CreateVersion7(), mail.Key, mail.StoreId, mail.To, mail.Subject, mail.Text, mail.Html, now, now
            + mail.GoodFor, mail.UserId,
            since);
        var others = batch.Query("SELECT COUNT(*) FROM mails WHERE user_id = $1{as uuid} AND created_at > $2 AND key <> $3", r => r.Long(0),
            mail.UserId, since, mail.Key);
        return new QueuedMail(mail.UserId, inserted, others);
    }

    /// <summary>
    /// Removes the mails to a user, sent or not. Never by an address: an address proves nothing, and mails about orders have none before
    /// they are sent.
    /// </summary>
    public static AffectedRows Forget(StatementBatch batch, Guid userId) => batch.Execute("DELETE FROM mails WHERE user_id = $1", userId);

    /// <summary>Moves the mails to a guest to the account that takes the guest's place.</summary>
    public static AffectedRows PassOn(StatementBatch batch, Guid guestId, Guid accountId) =>
        batch.Execute("UPDATE mails SET user_id = $2 WHERE user_id = $1", guestId, accountId);

    /// <summary>Sends a mail again that was given up. Returns false if it is gone, or if nobody can use it any more.</summary>
    internal static async Task<bool> AgainAsync(Tx tx, Guid id) =>
        await tx.ExecuteAsync("UPDATE mails SET given_up_at = NULL, attempts = 0, next_attempt_at = $2 WHERE id = $1 "
        + "AND given_up_at IS NOT NULL AND (expires_at IS NULL OR expires_at > $2)", id, await tx.NowAsync()) == 1;
}

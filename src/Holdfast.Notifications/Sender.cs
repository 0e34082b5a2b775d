using Holdfast.Notifications.Core;
using Holdfast.Notifications.Mail;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Notifications;

/// <summary>
/// Sends what is queued for one channel. Any number of workers may run it: each claims as many messages as it sends at once by putting
/// their next try off for the length of a lease, sends them outside any transaction, and notes what came of each. One that dies in between
/// sends them once more when the lease has ended: at least once, with the same id. Of what is told about one order the earlier goes out
/// first.
/// </summary>
internal abstract class Sender(Db db, string channel, EmailComposer composer, ILogger log) : BackgroundService
{
    private const int AtOnce = 8;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Nobody else touches a claimed message before: longer than any channel's patience, with a minute to note what came of it.
    /// </summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>
    /// What is being handed over when the process is told to stop may take so long to end: cut off after its last byte, it would be sent
    /// again.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Hands one message over; an exception means that it is tried again.</summary>
    protected abstract Task TransportAsync(OutgoingMessage message, CancellationToken ct);

    /// <summary>Whether it is a failure of the other side, or of the address; anything else is logged as an error of ours.</summary>
    protected abstract bool IsExpected(Exception e);

    /// <summary>Whether trying again cannot help: it is given up at once.</summary>
    protected virtual bool IsFinal(Exception e) => false;

    /// <summary>What went wrong, without anything of the customer's: not the address, not the text.</summary>
    protected virtual string Reason(Exception e) => e.GetType().Name;

    /// <summary>After a message was sent.</summary>
    protected virtual void Sent(OutgoingMessage message)
    {
    }

    /// <summary>Sends up to a batch of messages that are due. Returns the number that was tried.</summary>
    /// <param name="ct">Begins no more; what has begun gets a grace.</param>
    public async Task<int> SendOnceAsync(CancellationToken ct = default)
    {
        using var end = new CancellationTokenSource(Lease);
        var claimed = await db.WriteAsync(ClaimAsync, ct);
        if (claimed.Count == 0)
        {
            return 0;
        }

        EmailFacts facts;
        try
        {
            facts = await composer.ReadAsync(claimed, ct);
            ct.ThrowIfCancellationRequested();
        }
        catch
        {
            await GiveBackAsync(claimed);
            throw;
        }

        using var stopping = ct.Register(() => end.CancelAfter(Grace));
        await Task.WhenAll(claimed.Select(message => SendAsync(message, facts, end.Token)));
        return claimed.Count;
    }

    protected sealed override Task ExecuteAsync(CancellationToken stoppingToken) => new BackgroundLoop(
        async ct => await SendOnceAsync(ct) < AtOnce ? Interval : TimeSpan.Zero, ReportSearch).RunAsync(stoppingToken);

    private void ReportSearch(Exception e, int failures)
    {
        if (!db.NoteUnavailable(log, e))
        {
            log.LogError(e, "Looking for messages to send failed; it goes on");
        }
    }

    private async Task<List<OutgoingMessage>> ClaimAsync(Tx tx)
    {
        var now = await tx.NowAsync();
        var due = await tx.QueryAsync(
            "SELECT m.id, m.key, m.channel, m.recipient, m.subject, m.text, m.html, m.attempts, m.about_subject, m.about_sequence "
            + "FROM mails m WHERE m.sent_at IS NULL AND m.given_up_at IS NULL AND m.channel = $2 AND m.next_attempt_at <= $1 "
            + "AND (m.expires_at IS NULL OR m.expires_at > $1) AND NOT EXISTS (SELECT 1 FROM mails e "
            + "WHERE e.about_subject = m.about_subject AND e.about_sequence < m.about_sequence AND e.channel = m.channel "
            + "AND e.sent_at IS NULL AND e.given_up_at IS NULL AND (e.expires_at IS NULL OR e.expires_at > $1)) "
            + $"ORDER BY m.next_attempt_at LIMIT {AtOnce} {{skip locked}}",
            r => new OutgoingMessage(r.Uuid(0), r.Text(1), r.Text(2), r.Text(3), r.Text(4), r.Text(5), r.TextOrNull(6), r.Int(7) + 1,
                r.UuidOrNull(8) is { } subject ? new EventKey(subject, r.Int(9)) : null), now, channel);
        if (due.Count == 0)
        {
            await tx.RollbackAsync();
            return due;
        }

        var rows = new RowSet("mails", new("id", ColumnType.Uuid), new("attempts", ColumnType.Int),
            new("next_attempt_at", ColumnType.Time));
        foreach (var message in due)
        {
            rows.Add(message.Id).Add(message.Attempts).Add(now + Lease);
        }

        var batch = tx.Batch();
        batch.ChangeEach(rows, "UPDATE mails SET attempts = {v.attempts}, next_attempt_at = {v.next_attempt_at} WHERE mails.id = {v.id}");
        await batch.RunAsync();
        return due;
    }

    /// <summary>Nothing was tried: they are due as before. Where the database is away, they wait for the end of their lease.</summary>
    private async Task GiveBackAsync(List<OutgoingMessage> claimed)
    {
        try
        {
            await db.WriteAsync(async tx =>
            {
                var (now, batch) = (await tx.NowAsync(), tx.Batch());
                foreach (var m in claimed)
                {
                    batch.Execute("UPDATE mails SET attempts = attempts - 1, next_attempt_at = $3 WHERE id = $1 AND attempts = $2", m.Id,
                        m.Attempts, now);
                }

                await batch.RunAsync();
            });
        }
        catch (Exception e)
        {
            log.LogWarning("Messages that were not tried wait for {Lease}: {Reason}", Lease, e.GetType().Name);
        }
    }

    /// <summary>Sends one message, whatever becomes of the others.</summary>
    private async Task SendAsync(OutgoingMessage message, EmailFacts facts, CancellationToken end)
    {
        Exception? failure = null;
        OutgoingMessage? written = null;
        try
        {
            written = facts.Write(message);
            if (written is not null)
            {
                await TransportAsync(written, end);
            }
        }
        catch (Exception e)
        {
            failure = e;
            Log(message, e);
        }

        await NoteAsync(message, end, async (tx, now) => await (failure is not null ? NoteFailureAsync(tx, message, failure, now)
            // What cannot be told any more has expired.
            : written is null ? tx.ExecuteAsync("UPDATE mails SET expires_at = $2 WHERE id = $1", message.Id, now)
            : tx.ExecuteAsync("UPDATE mails SET sent_at = $2, given_up_at = NULL, text = '', html = NULL WHERE id = $1", message.Id,
            now)));
        if (failure is null && written is not null)
        {
            Sent(message);
        }
    }

    private async Task NoteFailureAsync(Tx tx, OutgoingMessage message, Exception failure, DateTime now)
    {
        var givenUp = message.Attempts >= MailRetries.MaxAttempts || IsFinal(failure);
        var changed = await tx.ExecuteAsync(
            "UPDATE mails SET next_attempt_at = $3, given_up_at = $4{as timestamptz} WHERE id = $1 AND attempts = $2 AND sent_at IS NULL",
            message.Id, message.Attempts,
            now + MailRetries.After(message.Attempts, Random.Shared.NextDouble()), givenUp ? now : null);
        if (givenUp && changed == 1)
        {
            var batch = tx.Batch();
            DeadLetterStore.Add(batch,
                new DeadLetter(message.Id, Mails.Lane, message.About?.Subject, message.About?.Sequence, message.Channel, Reason(failure),
                Reply.Bytes(new { message.Channel, message.Key, message.Subject }), message.Attempts, now));
            await batch.RunAsync();
            tx.AfterCommit(() =>
                log.LogError("Message {MessageId} is given up after try {Attempt}: it is a dead letter now", message.Id, message.Attempts));
        }
    }

    /// <summary>
    /// Notes what became of a message. A database that is away is waited for, as long as the lease is ours: a mail that is not known to be
    /// sent is sent again.
    /// </summary>
    private async Task NoteAsync(OutgoingMessage message, CancellationToken end, Func<Tx, DateTime, Task> note)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await db.WriteAsync(async tx => await note(tx, await tx.NowAsync()),
                    CancellationToken.None);
                return;
            }
            catch (Exception e) when (!end.IsCancellationRequested)
            {
                if (failures == 0)
                {
                    log.LogWarning("What became of message {MessageId} cannot be noted now: {Reason}; it is tried until it can", message.Id,
                        e.GetType().Name);
                }

                await Task.Delay(BetweenNotes, CancellationToken.None);
            }
        }
    }

    // Neither the address nor the text: both are the customer's.
    private void Log(OutgoingMessage message, Exception e)
    {
        if (IsExpected(e) || e is OperationCanceledException)
        {
            log.LogWarning("Message {MessageId} could not be sent by {Channel}, try {Attempt} of {Attempts}: {Reason}", message.Id, channel,
                message.Attempts,
                MailRetries.MaxAttempts, Reason(e));
        }
        else
        {
            log.LogError(e, "Message {MessageId} could not be sent by {Channel}, try {Attempt} of {Attempts}", message.Id, channel,
                message.Attempts, MailRetries.MaxAttempts);
        }
    }
}

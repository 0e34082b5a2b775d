using Holdfast.Notifications.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Notifications;

/// <summary>A message as it is sent.</summary>
/// <param name="About">The event whose words it is to have; null: it has its own.</param>
internal sealed record Outgoing(Guid Id, string Channel, string To, string Subject, string Text, string? Html, int Attempts, EventKey? About = null);

/// <summary>
/// Sends what is queued for one channel. Any number of workers may run it: each claims a message by putting its next try off, sends it outside any
/// transaction, and notes that it was sent. One that dies in between sends it once more later: at least once, with the same id. Of what is told about
/// one order the earlier goes out first.
/// </summary>
internal abstract class Sender(Db db, string channel, Letters letters, ILogger log) : BackgroundService
{
    private const int BatchSize = 20;
    private const int AtOnce = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Hands one message over; an exception that <see cref="IsExpected"/> means that it is tried again.</summary>
    protected abstract Task TransportAsync(Outgoing message, CancellationToken ct);

    /// <summary>Whether it is a failure of the other side, or of the address.</summary>
    protected abstract bool IsExpected(Exception e);

    /// <summary>After a message was sent.</summary>
    protected virtual void Sent(Outgoing message)
    {
    }

    /// <summary>Sends up to a batch of messages that are due; how many it has tried.</summary>
    public async Task<int> SendOnceAsync(CancellationToken ct = default)
    {
        var claimed = await db.WriteAsync(ClaimAsync, ct).ConfigureAwait(false);
        var written = await letters.WriteAsync(claimed).ConfigureAwait(false);
        await DropAsync([.. claimed.Select(m => m.Id).Except(written.Select(m => m.Id))]).ConfigureAwait(false);
        await Parallel.ForEachAsync(written, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (message, stop) => await SendAsync(message, stop).ConfigureAwait(false)).ConfigureAwait(false);
        return claimed.Count;
    }

    /// <summary>Removes the rows of messages that were sent, or given up, long ago.</summary>
    public Task<int> PruneAsync(CancellationToken ct = default) => db.WriteAsync(async tx =>
        await tx.ExecuteAsync("DELETE FROM mails WHERE created_at < $1 AND (sent_at IS NOT NULL OR attempts >= $2 OR expires_at < $1)",
            await tx.NowAsync().ConfigureAwait(false) - Kept, MailRetries.MaxAttempts).ConfigureAwait(false), ct);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var untilPruning = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var tried = 0;
            try
            {
                tried = await SendOnceAsync(stoppingToken).ConfigureAwait(false);
                if (untilPruning-- == 0)
                {
                    await PruneAsync(stoppingToken).ConfigureAwait(false);
                    untilPruning = 3600;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                log.LogError(e, "Looking for messages to send failed; it goes on");
            }

            if (tried < BatchSize)
            {
                await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<List<Outgoing>> ClaimAsync(Tx tx)
    {
        var now = await tx.NowAsync().ConfigureAwait(false);
        var due = await tx.QueryAsync("SELECT m.id, m.channel, m.recipient, m.subject, m.text, m.html, m.attempts, m.about_subject, m.about_sequence FROM mails m "
            + "WHERE m.sent_at IS NULL AND m.channel = $3 AND m.next_attempt_at <= $1 AND m.attempts < $2 AND (m.expires_at IS NULL OR m.expires_at > $1) "
            + "AND NOT EXISTS (SELECT 1 FROM mails e WHERE e.about_subject = m.about_subject AND e.about_sequence < m.about_sequence AND e.channel = m.channel "
            + "AND e.sent_at IS NULL AND e.attempts < $2 AND (e.expires_at IS NULL OR e.expires_at > $1)) "
            + $"ORDER BY m.next_attempt_at LIMIT {BatchSize} {{skip locked}}",
            r => new Outgoing(r.Uuid(0), r.Text(1), r.Text(2), r.Text(3), r.Text(4), r.TextOrNull(5), r.Int(6) + 1, r.UuidOrNull(7) is { } subject ? new EventKey(subject, r.Int(8)) : null),
            now, MailRetries.MaxAttempts, channel).ConfigureAwait(false);
        if (due.Count == 0)
        {
            await tx.RollbackAsync().ConfigureAwait(false);
            return due;
        }

        var rows = new RowSet("mails", new("id", ColumnType.Uuid), new("attempts", ColumnType.Int), new("next_attempt_at", ColumnType.Time));
        foreach (var message in due)
        {
            // Long enough for the whole batch to be tried, each to its time-out.
            rows.Add(message.Id).Add(message.Attempts).Add(now + TimeSpan.FromMinutes(10) + MailRetries.After(message.Attempts, Random.Shared.NextDouble()));
        }

        var batch = tx.Batch();
        batch.ChangeEach(rows, "UPDATE mails SET attempts = {v.attempts}, next_attempt_at = {v.next_attempt_at} WHERE mails.id = {v.id}");
        await batch.RunAsync().ConfigureAwait(false);
        return due;
    }

    /// <summary>What cannot be told any more has expired.</summary>
    private Task DropAsync(Guid[] ids) => ids.Length == 0 ? Task.CompletedTask : db.WriteAsync(async tx =>
        await tx.ExecuteAsync("UPDATE mails SET expires_at = $2 WHERE id {in $1}", ids, await tx.NowAsync().ConfigureAwait(false)).ConfigureAwait(false));

    private async Task SendAsync(Outgoing message, CancellationToken ct)
    {
        try
        {
            await TransportAsync(message, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (IsExpected(e) || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // Neither the address nor the text: both are the customer's.
            log.LogWarning("Message {MessageId} could not be sent by {Channel}, try {Attempt} of {Attempts}: {Reason}", message.Id, channel, message.Attempts,
                MailRetries.MaxAttempts, e.GetType().Name);
            await db.WriteAsync(async tx => await tx.ExecuteAsync("UPDATE mails SET next_attempt_at = $2 WHERE id = $1 AND sent_at IS NULL", message.Id,
                await tx.NowAsync().ConfigureAwait(false) + MailRetries.After(message.Attempts, Random.Shared.NextDouble())).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
            return;
        }

        await db.WriteAsync(async tx => await tx.ExecuteAsync("UPDATE mails SET sent_at = $2, text = '', html = NULL WHERE id = $1", message.Id,
            await tx.NowAsync().ConfigureAwait(false)).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
        Sent(message);
    }
}

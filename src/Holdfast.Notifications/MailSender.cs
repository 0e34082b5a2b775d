using System.Net.Mail;
using Holdfast.Notifications.Core;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Notifications;

/// <summary>
/// Sends queued mails. Any number of workers may run it: each claims a mail by putting its next try off, sends it outside any transaction, and notes
/// that it was sent. One that dies in between sends it once more later: at least once, with the same Message-ID.
/// </summary>
internal sealed class MailSender(Db db, MailTransport transport, ILogger<MailSender> log) : BackgroundService
{
    private const int BatchSize = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Sends up to a batch of mails that are due; how many it has tried.</summary>
    public async Task<int> SendOnceAsync(CancellationToken ct = default)
    {
        var claimed = await db.WriteAsync(ClaimAsync, ct).ConfigureAwait(false);
        foreach (var mail in claimed)
        {
            await SendAsync(mail, ct).ConfigureAwait(false);
        }

        return claimed.Count;
    }

    /// <summary>Removes the rows of mails that were sent, or given up, long ago.</summary>
    public Task<int> PruneAsync(CancellationToken ct = default) => db.WriteAsync(async tx =>
        await tx.ExecuteAsync("DELETE FROM mails WHERE created_at < $1 AND (sent_at IS NOT NULL OR attempts >= $2 OR expires_at < $1)",
            await tx.NowAsync().ConfigureAwait(false) - Kept, MailRetries.MaxAttempts).ConfigureAwait(false), ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
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
                log.LogError(e, "Looking for mails failed; it goes on");
            }

            if (tried < BatchSize)
            {
                await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task<List<OutgoingMail>> ClaimAsync(Tx tx)
    {
        var now = await tx.NowAsync().ConfigureAwait(false);
        var due = await tx.QueryAsync("SELECT id, recipient, subject, text, html, attempts FROM mails WHERE sent_at IS NULL AND next_attempt_at <= $1 AND attempts < $2 "
            + $"AND (expires_at IS NULL OR expires_at > $1) ORDER BY next_attempt_at LIMIT {BatchSize} {{skip locked}}",
            r => new OutgoingMail(r.Uuid(0), r.Text(1), r.Text(2), r.Text(3), r.TextOrNull(4), r.Int(5) + 1), now, MailRetries.MaxAttempts).ConfigureAwait(false);
        if (due.Count == 0)
        {
            await tx.RollbackAsync().ConfigureAwait(false);
            return due;
        }

        var rows = new RowSet("mails", new("id", ColumnType.Uuid), new("attempts", ColumnType.Int), new("next_attempt_at", ColumnType.Time));
        foreach (var mail in due)
        {
            // Long enough for the whole batch to be tried, each to its time-out.
            rows.Add(mail.Id).Add(mail.Attempts).Add(now + TimeSpan.FromMinutes(10) + MailRetries.After(mail.Attempts, Random.Shared.NextDouble()));
        }

        var batch = tx.Batch();
        batch.ChangeEach(rows, "UPDATE mails SET attempts = {v.attempts}, next_attempt_at = {v.next_attempt_at} WHERE mails.id = {v.id}");
        await batch.RunAsync().ConfigureAwait(false);
        return due;
    }

    private async Task SendAsync(OutgoingMail mail, CancellationToken ct)
    {
        try
        {
            await transport.SendAsync(mail, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SmtpException or IOException or FormatException or InvalidOperationException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            // Neither the address nor the text: both are the customer's.
            log.LogWarning("Mail {MailId} could not be sent, try {Attempt} of {Attempts}: {Reason}", mail.Id, mail.Attempts, MailRetries.MaxAttempts, e.GetType().Name);
            await db.WriteAsync(async tx => await tx.ExecuteAsync("UPDATE mails SET next_attempt_at = $2 WHERE id = $1 AND sent_at IS NULL", mail.Id,
                await tx.NowAsync().ConfigureAwait(false) + MailRetries.After(mail.Attempts, Random.Shared.NextDouble())).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
            return;
        }

        await db.WriteAsync(async tx => await tx.ExecuteAsync("UPDATE mails SET sent_at = $2, text = '', html = NULL WHERE id = $1", mail.Id,
            await tx.NowAsync().ConfigureAwait(false)).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
        if (transport.WritesFiles)
        {
            log.LogInformation("Mail {MailId} was written into the folder of mails: SMTP_URL is not set", mail.Id);
        }
    }
}

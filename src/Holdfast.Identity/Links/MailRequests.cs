using System.Net;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Identity.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Mail;

namespace Holdfast.Identity.Links;

/// <summary>Counts the mails that somebody has sent to an address, over all processes; see <see cref="MailQuota"/>.</summary>
public sealed class MailRequests(DroppedMails dropped)
{
    /// <summary>Whether this mail may be sent; it is counted then. The work is the same whether or not there is an account.</summary>
    /// <param name="kind">The kind of mail: one kind does not use up the other.</param>
    /// <param name="isProved">Whoever has the account has shown that the mailbox is theirs.</param>
    /// <param name="about">Whom the log names if the mail is refused, such as <c>account 0192...</c>; null: nobody is mailed.</param>
    public async Task<bool> CountAsync(Tx tx, string kind, string emailKey, string? about, bool isProved, IPAddress client,
        DateTime now)
    {
        Limit[] limits =
        [
            new(Hash($"{kind}\n{emailKey}"), MailQuota.AtOnce, OneTimeLinks.Lifetime, $"of the kind {kind} to one address"),
            new(Hash($"{kind} mailbox\n{MailQuota.Mailbox(emailKey)}"), isProved ? int.MaxValue : MailQuota.OfMailbox, null,
                $"of the kind {kind} to one mailbox"),
            new(Hash($"client\n{client}"), MailQuota.OfClient, null, "asked for from one address"),
        ];
        // One order for all, and rows to lock: two who ask at once are two.
        Array.Sort(limits, (a, b) => a.Whose.CompareTo(b.Whose));
        var batch = tx.Batch();
        var before = new List<QueryResult<AskedMails>>();
        foreach (var limit in limits)
        {
            batch.Execute(
                "INSERT INTO asked_mails (whose, asked, day_began_at, last_at) VALUES ($1, 0, $2, $2) ON CONFLICT (whose) DO NOTHING",
                limit.Whose, now);
            before.Add(batch.Query("SELECT asked, day_began_at, last_at FROM asked_mails WHERE whose = $1 {lock}",
                r => new AskedMails(r.Int(0), r.Time(1), r.Time(2)), limit.Whose));
        }

        await batch.RunAsync();
        var after = limits.Zip(before, (limit, asked) => MailQuota.Ask(asked.First, limit.Most, limit.Then, now)).ToList();
        var may = after.TrueForAll(a => a is not null);
        foreach (var (limit, asked) in may ? limits.Zip(after) : [])
        {
            batch.Execute("UPDATE asked_mails SET asked = $2, day_began_at = $3, last_at = $4 WHERE whose = $1", limit.Whose, asked!.Asked,
                asked.DayBeganAt, asked.LastAt);
        }

        await batch.RunAsync();
        if (!may && about is not null)
        {
            var first = after.FindIndex(a => a is null);
            dropped.Note(tx, limits[first].Name, $"{limits[first].Whose}", about,
                before[first].First!.DayBeganAt.AddDays(1));
        }

        return may;
    }

    private static Guid Hash(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16), bigEndian: true);

    private sealed record Limit(Guid Whose, int Most, TimeSpan? Then, string Name);
}

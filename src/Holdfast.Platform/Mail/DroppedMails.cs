using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Mail;

/// <summary>
/// Tells operators of mails that a limit stops: <c>holdfast.mails.dropped</c> counts each, and this process logs one line for each
/// recipient and window. The line names an account or an order, never an email or a hash of one, which could be guessed.
/// </summary>
public sealed class DroppedMails(ILogger<DroppedMails> log)
{
    private const int MaxWindows = 10_000;
    private readonly BoundedMemory<(string Limit, string Whose, DateTime Until), object> _logged = new(MaxWindows);

    /// <summary>Counts one mail, and logs it if it is the first of its window; after the commit that dropped it.</summary>
    /// <param name="limit">The limit that is reached; a few words that never change, because the metric has them as a tag.</param>
    /// <param name="whose">The key of the window. It is not logged.</param>
    /// <param name="about">What the log names, such as <c>account 0192...</c>.</param>
    /// <param name="until">When the window ends.</param>
    public void Note(Tx tx, string limit, string whose, string about, DateTime until) => tx.AfterCommit(() =>
    {
        MessagingMeter.Dropped.Add(1, new KeyValuePair<string, object?>("limit", limit));
        var first = new object();
        if (_logged.GetOrAdd((limit, whose, until), _ => first) == first)
        {
            log.LogWarning("A mail about {About} is dropped: the limit of mails {Limit} is reached. Others until {Until:u} are "
                + "dropped without a line",
                about, limit, until);
        }
    });

    /// <summary>
    /// Notes a mail that <see cref="Mails.Queue"/> has left out because its user has been sent enough; after the batch has run.
    /// </summary>
    public void Note(Tx tx, QueuedMail queued, DateTime now)
    {
        if (queued is { IsBeyondLimit: true, UserId: { } user })
        {
            var hour = new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerHour), DateTimeKind.Utc);
            Note(tx, "to one account within an hour", $"{user}", $"account {user}", hour.AddHours(1));
        }
    }
}

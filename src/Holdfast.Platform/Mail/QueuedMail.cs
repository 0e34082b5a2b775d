using Holdfast.Platform.Data;

namespace Holdfast.Platform.Mail;

/// <summary>The result of queueing a mail, known once the batch has run.</summary>
public sealed class QueuedMail
{
    private readonly AffectedRows _inserted;
    private readonly QueryResult<long> _others;

    internal QueuedMail(Guid? userId, AffectedRows inserted, QueryResult<long> others) =>
        (UserId, _inserted, _others) = (userId, inserted, others);

    /// <summary>The account or guest whose mailbox it goes to.</summary>
    public Guid? UserId { get; }

    /// <summary>Whether the mail was left out because its user has been sent enough. False for one that was queued before.</summary>
    public bool IsBeyondLimit => _inserted.Count == 0 && _others.First >= Mails.MostPerHour;
}

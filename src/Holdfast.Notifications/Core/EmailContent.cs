using Holdfast.Platform.Mail;

namespace Holdfast.Notifications.Core;

/// <summary>The content of a mail with its subject.</summary>
public sealed record EmailContent(string Subject, EmailTemplate Template);

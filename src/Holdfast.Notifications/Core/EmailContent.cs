using Holdfast.Platform.Mail;

namespace Holdfast.Notifications.Core;

/// <summary>A letter with its subject.</summary>
public sealed record EmailContent(string Subject, EmailTemplate Template);

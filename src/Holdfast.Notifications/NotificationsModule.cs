using Holdfast.Notifications.Mail;
using Holdfast.Notifications.Sms;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.Notifications;

/// <summary>
/// The services of this module: it queues what buyers are told, and sends it and what others have queued, in workers only. It has no
/// routes.
/// </summary>
public static class NotificationsModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants { get; } =
    [
        new("sent_mails_keep_no_text", "SELECT id, sent_at FROM mails WHERE sent_at IS NOT NULL AND (text <> '' OR html IS NOT NULL)"),
        new("messages_are_about_events_that_are_there",
            "SELECT m.id, m.about_subject, m.about_sequence FROM mails m JOIN orders o ON o.id = m.about_subject "
            + "LEFT JOIN events e ON e.subject = m.about_subject AND e.sequence = m.about_sequence WHERE e.subject IS NULL"),
    ];

    /// <summary>
    /// A process that does not run the consumer does not send: it may have no mail server, and would file away what another can send.
    /// </summary>
    public static void Add(IServiceCollection services, MessagingOptions messaging, MailOptions options, NotificationOptions notifications)
    {
        services.AddSingleton(options);
        services.AddSingleton(notifications);
        services.AddSingleton<MailTransport>();
        services.AddSingleton<EmailComposer>();
        services.AddSingleton<IConsumer, NotificationsConsumer>();
        if (!messaging.Runs(NotificationsConsumer.Name))
        {
            return;
        }

        services.AddWorker<MailPruner>();
        services.AddWorker<MailSender>();
        if (notifications.Sms is { } gateway)
        {
            services.TryAddSingleton(gateway);
            services.AddWorker<SmsSender>();
        }
    }
}

using Holdfast.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Notifications;

/// <summary>The services of this module: it sends what others have queued, in workers only, and has no routes.</summary>
public static class NotificationsModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants { get; } =
    [
        new("sent_mails_keep_no_text", "SELECT id, sent_at FROM mails WHERE sent_at IS NOT NULL AND (text <> '' OR html IS NOT NULL)"),
    ];

    public static void Add(IServiceCollection services, MailOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<MailTransport>();
        services.AddSingleton<MailSender>();
        services.AddHostedService(s => s.GetRequiredService<MailSender>());
    }
}

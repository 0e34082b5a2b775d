using Holdfast.Platform.Background;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity.SigningKeys;

/// <summary>Looks for new signing keys three times a minute, in every process that signs or reads tokens.</summary>
internal sealed class SigningKeyRefresher(SigningKeyRing keys, ILogger<SigningKeyRefresher> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => new BackgroundLoop(async _ =>
    {
        await keys.ReloadAsync();
        return Interval;
    }, Report)
    {
        Delay = Interval,
        Backoff = Backoff.Every(Interval),
    }.RunAsync(stoppingToken);

    private void Report(Exception e, int failures) =>
        log.LogWarning("The signing keys could not be read ({Reason}); those that are known go on", e.Message);
}

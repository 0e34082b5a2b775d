using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>Listens for commits of other processes, and wakes the relay of this one.</summary>
public sealed class WakeupListener(Db db, RelaySignal signal, ILogger<WakeupListener> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => new BackgroundLoop(async ct =>
    {
        await db.ListenAsync(signal.WakeFromOtherProcess, ct);
        return TimeSpan.Zero;
    }, Report).RunAsync(stoppingToken);

    // Everybody looks once a second anyhow.
    private void Report(Exception e, int failures) => log.LogInformation("Listening to other processes ended: {Reason}", e.Message);
}

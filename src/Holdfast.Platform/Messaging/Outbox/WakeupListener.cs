using Holdfast.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>Listens for commits of other processes, and wakes the relay of this one.</summary>
public sealed class WakeupListener(Db db, RelaySignal signal, ILogger<WakeupListener> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await db.ListenAsync(signal.WakeFromOtherProcess, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Everybody looks once a second anyhow.
                log.LogInformation("Listening to other processes ended: {Reason}", e.Message);
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

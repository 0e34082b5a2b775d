using Holdfast.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>
/// In a process that relays nothing itself, wakes the processes that do. At most one notification is under way at a time, and requests
/// never wait for it.
/// </summary>
public sealed class WakeupSender(Db db, RelaySignal signal, MessagingOptions options, ILogger<WakeupSender> log)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _sending = Task.CompletedTask;

    /// <summary>Begins to send if this process does not relay.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Relays)
        {
            _sending = SendAsync(signal.Elsewhere(), _stopping.Token);
        }

        return Task.CompletedTask;
    }

    /// <summary>Stops sending.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task SendAsync(WakeSignal signal, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (await signal.WaitAsync(Timeout.InfiniteTimeSpan, ct))
                {
                    await db.ReadAsync(async s =>
                    {
                        var batch = s.Batch();
                        db.Notify(batch);
                        await batch.RunAsync();
                        return 0;
                    }, ct);
                }
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                log.LogInformation("Waking the relay failed: {Reason}", e.Message);
            }

            await Task.Delay(Pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

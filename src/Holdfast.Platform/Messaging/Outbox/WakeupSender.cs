using Holdfast.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>
/// In a process that relays nothing itself, wakes those that do: at most one notification is on its way at a time, beside the requests, so
/// that placing an order never waits for it.
/// </summary>
public sealed class WakeupSender(Db db, RelaySignal bell, MessagingOptions options, ILogger<WakeupSender> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _sending = Task.CompletedTask;

    /// <summary>Begins to send, where this process does not relay.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Relays)
        {
            _sending = SendAsync(bell.Elsewhere(), _stopping.Token);
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task SendAsync(WakeSignal rung, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (await rung.WaitAsync(Timeout.InfiniteTimeSpan, ct))
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

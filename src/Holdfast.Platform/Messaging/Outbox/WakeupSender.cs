using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>
/// In a process that relays nothing itself, wakes the processes that do. At most one notification is under way at a time, and requests
/// never wait for it.
/// </summary>
public sealed class WakeupSender(Db db, RelaySignal signal, MessagingOptions options, ILogger<WakeupSender> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>It is there before the first request; null where this process relays.</summary>
    private readonly WakeSignal? _woken = options.Relays ? null : signal.Elsewhere();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _woken is null ? Task.CompletedTask
        : new BackgroundLoop(ct => SendAsync(_woken, ct), Report) { Backoff = Backoff.Every(Pause) }.RunAsync(stoppingToken);

    private async Task<TimeSpan?> SendAsync(WakeSignal woken, CancellationToken ct)
    {
        await woken.WaitAsync(Timeout.InfiniteTimeSpan, ct);
        await db.ReadAsync(async s =>
        {
            var batch = s.Batch();
            db.Notify(batch);
            await batch.RunAsync();
            return 0;
        }, ct);
        return Pause;
    }

    private void Report(Exception e, int failures) => log.LogInformation("Waking the relay failed: {Reason}", e.Message);
}

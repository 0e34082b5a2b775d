using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity.SigningKeys;

/// <summary>
/// Looks for new signing keys three times a minute, in every process that signs or reads tokens. Not a <c>BackgroundService</c>, because
/// those run in workers only.
/// </summary>
internal sealed class SigningKeyRefresher(SigningKeyRing keys, ILogger<SigningKeyRefresher> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = WatchAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _watching;
    }

    public void Dispose() => _stop.Dispose();

    private async Task WatchAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(Interval, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!ct.IsCancellationRequested)
                {
                    await keys.ReloadAsync();
                }
            }
            catch (Exception e)
            {
                log.LogWarning("The signing keys could not be read ({Reason}); those that are known go on", e.Message);
            }
        }
    }
}

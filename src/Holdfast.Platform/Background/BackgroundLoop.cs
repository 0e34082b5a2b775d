namespace Holdfast.Platform.Background;

/// <summary>
/// Work that a process repeats until it stops. A step returns how long to wait before the next one, which a signal shortens; null ends the
/// loop. A step that fails is reported and tried again after a wait that grows and that no signal shortens.
/// </summary>
/// <param name="step">Does what is due.</param>
/// <param name="failed">Logs a failure; it is told how many there have been in a row.</param>
public sealed class BackgroundLoop(Func<CancellationToken, Task<TimeSpan?>> step, Action<Exception, int> failed)
{
    private volatile int _failures;

    /// <summary>The waits after failures.</summary>
    public Backoff Backoff { get; init; } = Backoff.Every(TimeSpan.FromSeconds(1));

    /// <summary>The wait before the first step; none by default.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Ends the wait that a step has asked for.</summary>
    public WakeSignal? Signal { get; init; }

    /// <summary>For a step that takes as long as it works: failures are counted from the start again.</summary>
    public void NoteSuccess() => _failures = 0;

    /// <summary>Repeats the step until the token is cancelled or a step ends the loop. Throws nothing of the steps.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await WaitAsync(Delay, null, stopping);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await step(stopping) is not { } pause)
                {
                    return;
                }

                NoteSuccess();
                await WaitAsync(pause, Signal, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                var failures = _failures + 1;
                _failures = failures;
                failed(e, failures);
                await WaitAsync(Backoff.After(failures), null, stopping);
            }
        }
    }

    /// <summary>Waits. When the process stops it returns at once, and the loop checks for that.</summary>
    private static async Task WaitAsync(TimeSpan pause, WakeSignal? signal, CancellationToken stopping)
    {
        if (pause != TimeSpan.Zero)
        {
            var waiting = signal is null ? Task.Delay(pause, stopping) : signal.WaitAsync(pause, stopping);
            await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

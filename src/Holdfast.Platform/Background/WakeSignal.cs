namespace Holdfast.Platform.Background;

/// <summary>Wakes one who waits: a hint; who misses it looks once a second anyhow.</summary>
public class WakeSignal
{
    private readonly SemaphoreSlim _rung = new(0, 1);

    /// <summary>Says that there is something to do. Never blocks.</summary>
    public virtual void Ring()
    {
        try
        {
            _rung.Release();
        }
        catch (SemaphoreFullException)
        {
            // It has been rung already.
        }
    }

    internal Task<bool> WaitAsync(TimeSpan atMost, CancellationToken ct) => _rung.WaitAsync(atMost, ct);
}

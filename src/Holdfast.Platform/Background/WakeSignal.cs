namespace Holdfast.Platform.Background;

/// <summary>Wakes a waiting loop. It is only a hint: a loop that misses it looks once a second anyway.</summary>
public class WakeSignal
{
    private readonly SemaphoreSlim _signalled = new(0, 1);

    /// <summary>Sets the signal, because there is something to do. Never blocks.</summary>
    public virtual void Wake()
    {
        try
        {
            _signalled.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is set already.
        }
    }

    internal Task<bool> WaitAsync(TimeSpan atMost, CancellationToken ct) => _signalled.WaitAsync(atMost, ct);
}

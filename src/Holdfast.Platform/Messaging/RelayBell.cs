namespace Holdfast.Platform.Messaging;

/// <summary>Wakes one who waits: a hint; who misses it looks once a second anyhow.</summary>
public class Bell
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

/// <summary>Wakes the relay after a commit, and with it those who wait for what it has put into their lanes.</summary>
public sealed class RelayBell : Bell
{
    private readonly Lock _gate = new();
    private (string Name, Bell Bell)[] _lanes = [];
    private Bell? _elsewhere;

    /// <summary>Says that there is something to hand on. Never blocks.</summary>
    public override void Ring()
    {
        base.Ring();
        _elsewhere?.Ring();
    }

    /// <summary>A bell that rings when something has been put into a lane.</summary>
    internal Bell ForLane(string name)
    {
        var bell = new Bell();
        lock (_gate)
        {
            _lanes = [.. _lanes, (name, bell)];
        }

        return bell;
    }

    /// <summary>A bell that rings with this one: for a process that relays nothing itself.</summary>
    internal Bell Elsewhere() => _elsewhere ??= new Bell();

    /// <summary>Says that something has been put into these lanes; null: into any.</summary>
    internal void RingLanes(IReadOnlyList<string>? names = null)
    {
        foreach (var (name, bell) in _lanes)
        {
            if (names is null || names.Contains(name))
            {
                bell.Ring();
            }
        }
    }

    /// <summary>Another process has committed something.</summary>
    internal void RingFromOutside()
    {
        base.Ring();
        RingLanes();
    }
}

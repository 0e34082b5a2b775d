using Holdfast.Platform.Background;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>Wakes the relay after a commit, and with it those who wait for what it has put into their lanes.</summary>
public sealed class RelaySignal : WakeSignal
{
    private readonly Lock _gate = new();
    private (string Name, WakeSignal Bell)[] _lanes = [];
    private WakeSignal? _elsewhere;

    /// <summary>Says that there is something to hand on. Never blocks.</summary>
    public override void Ring()
    {
        base.Ring();
        _elsewhere?.Ring();
    }

    /// <summary>A bell that rings when something has been put into a lane.</summary>
    internal WakeSignal ForQueue(string name)
    {
        var bell = new WakeSignal();
        lock (_gate)
        {
            _lanes = [.. _lanes, (name, bell)];
        }

        return bell;
    }

    /// <summary>A bell that rings with this one: for a process that relays nothing itself.</summary>
    internal WakeSignal Elsewhere() => _elsewhere ??= new WakeSignal();

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

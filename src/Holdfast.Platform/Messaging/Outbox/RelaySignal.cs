using Holdfast.Platform.Background;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>Wakes the relay after a commit, and the delivery queues after the relay has filled them.</summary>
public sealed class RelaySignal : WakeSignal
{
    private readonly Lock _gate = new();
    private (string Name, WakeSignal Signal)[] _queues = [];
    private WakeSignal? _elsewhere;

    /// <summary>Wakes the relay, because there are events to deliver. Never blocks.</summary>
    public override void Wake()
    {
        base.Wake();
        _elsewhere?.Wake();
    }

    /// <summary>Returns a signal that is set when something has been put into the delivery queue.</summary>
    internal WakeSignal ForQueue(string name)
    {
        var signal = new WakeSignal();
        lock (_gate)
        {
            _queues = [.. _queues, (name, signal)];
        }

        return signal;
    }

    /// <summary>Returns a signal that is set together with this one: for a process that relays nothing itself.</summary>
    internal WakeSignal Elsewhere() => _elsewhere ??= new WakeSignal();

    /// <summary>Wakes these delivery queues, because something has been put into them; null: all of them.</summary>
    internal void WakeQueues(IReadOnlyList<string>? names = null)
    {
        foreach (var (name, signal) in _queues)
        {
            if (names is null || names.Contains(name))
            {
                signal.Wake();
            }
        }
    }

    /// <summary>Wakes everything, because another process has committed something.</summary>
    internal void WakeFromOtherProcess()
    {
        base.Wake();
        WakeQueues();
    }
}

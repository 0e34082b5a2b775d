using System.Collections.Concurrent;

namespace Holdfast.Platform.Messaging.Transports;

/// <summary>
/// The current failures of a broker, by the part that found them: publishing, or a subscription. Each part clears its own.
/// </summary>
internal sealed class TransportHealth(string broker)
{
    private static readonly Subscription Publishing = new("", "", 0);

    private readonly ConcurrentDictionary<Subscription, string> _all = new();

    /// <summary>One of the failures; null when all is well.</summary>
    public string? Any => _all.IsEmpty ? null : _all.Values.FirstOrDefault();

    public void Note(string failure, Subscription? who = null) => _all[who ?? Publishing] = failure;

    public void Clear(Subscription? who = null) => _all.TryRemove(who ?? Publishing, out _);

    /// <summary>Records the failure. Returns the exception that describes it.</summary>
    public TransportException Failed(string reason, Exception? inner = null, Subscription? who = null)
    {
        var failure = $"{broker}: {reason}";
        Note(failure, who);
        return new TransportException(failure, inner);
    }
}

using System.Collections.Concurrent;

namespace Holdfast.Platform.Messaging.Transports;

/// <summary>What is wrong with a broker just now, by who has found out: publishing, or a subscription. Each takes its own back.</summary>
internal sealed class TransportHealth(string broker)
{
    private static readonly Subscription Publishing = new("", "", 0);

    private readonly ConcurrentDictionary<Subscription, string> _all = new();

    /// <summary>One of them; null when all is well.</summary>
    public string? Any => _all.IsEmpty ? null : _all.Values.FirstOrDefault();

    public void Note(string trouble, Subscription? who = null) => _all[who ?? Publishing] = trouble;

    public void Clear(Subscription? who = null) => _all.TryRemove(who ?? Publishing, out _);

    /// <summary>Notes it; the exception that says so.</summary>
    public TransportException Failed(string reason, Exception? inner = null, Subscription? who = null)
    {
        var trouble = $"{broker}: {reason}";
        Note(trouble, who);
        return new TransportException(trouble, inner);
    }
}

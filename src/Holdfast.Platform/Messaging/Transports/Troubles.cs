using System.Collections.Concurrent;

namespace Holdfast.Platform.Messaging;

/// <summary>The broker is well and will never take this message: it is too large for it.</summary>
public sealed class RefusedException(string message, Exception inner) : Exception(message, inner);

/// <summary>What is wrong with a broker just now, by who has found out: publishing, or a subscription. Each takes its own back.</summary>
internal sealed class Troubles(string broker)
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

/// <summary>What comes from a broker, bounded: anybody may have sent it.</summary>
internal static class Received
{
    /// <summary>As large as a request may be.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The bytes that are kept of a larger message. It is no whole JSON then, and becomes a dead letter.</summary>
    public const int KeptBytes = 64 * 1024;

    public static byte[] Body(ReadOnlySpan<byte> body) => (body.Length > MaxBytes ? body[..KeptBytes] : body).ToArray();
}

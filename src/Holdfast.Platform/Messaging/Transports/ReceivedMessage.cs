
namespace Holdfast.Platform.Messaging.Transports;

/// <summary>What comes from a broker, bounded: anybody may have sent it.</summary>
internal static class ReceivedMessage
{
    /// <summary>As large as a request may be.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The bytes that are kept of a larger message. It is no whole JSON then, and becomes a dead letter.</summary>
    public const int KeptBytes = 64 * 1024;

    public static byte[] Body(ReadOnlySpan<byte> body) => (body.Length > MaxBytes ? body[..KeptBytes] : body).ToArray();
}

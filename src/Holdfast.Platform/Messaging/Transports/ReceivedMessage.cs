
namespace Holdfast.Platform.Messaging.Transports;

/// <summary>A message from a broker, bounded in size, because anybody may have sent it.</summary>
internal static class ReceivedMessage
{
    /// <summary>The bound: as large as a request may be.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>
    /// How many bytes of a larger message are kept. The rest is cut off, so that it is not valid JSON and becomes a dead letter.
    /// </summary>
    public const int KeptBytes = 64 * 1024;

    public static byte[] Body(ReadOnlySpan<byte> body) => (body.Length > MaxBytes ? body[..KeptBytes] : body).ToArray();
}

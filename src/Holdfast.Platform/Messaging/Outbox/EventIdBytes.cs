using System.Buffers.Binary;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>The ids of several events as the bytes of one column.</summary>
internal static class EventIdBytes
{
    /// <summary>The size of each, in bytes.</summary>
    public const int Width = 20;

    public static byte[] Write(IReadOnlyList<EventKey> keys)
    {
        var bytes = new byte[keys.Count * Width];
        for (var i = 0; i < keys.Count; i++)
        {
            var at = bytes.AsSpan(i * Width, Width);
            keys[i].Subject.TryWriteBytes(at, bigEndian: true, out _);
            BinaryPrimitives.WriteInt32BigEndian(at[16..], keys[i].Sequence);
        }

        return bytes;
    }

    public static List<EventKey> Read(ReadOnlySpan<byte> bytes)
    {
        var keys = new List<EventKey>(bytes.Length / Width);
        for (; bytes.Length >= Width; bytes = bytes[Width..])
        {
            keys.Add(new EventKey(new Guid(bytes[..16], bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(bytes[16..])));
        }

        return keys;
    }
}

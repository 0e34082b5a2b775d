using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Holdfast.Platform.Messaging.Events;

/// <summary>An event as consumers get it.</summary>
/// <param name="Subject">The id of the event's order, variant or reservation.</param>
/// <param name="Sequence">Counts within the subject, from 1.</param>
/// <param name="Previous">Members of the previous state, as the inside of a JSON object (<c>"previousStatus":"pending"</c>), or
/// null.</param>
/// <param name="Data">The resource as GET returns it after the event, UTF-8 JSON.</param>
public sealed record Event(Guid Subject, int Sequence, string Type, Guid StoreId, DateTime OccurredAt, string Actor, string? Previous,
    byte[] Data)
{
    /// <summary>The event's id: unique for ever.</summary>
    public string Id => $"{Subject}:{Sequence}";

    /// <summary>The CloudEvents <c>data</c>: the resource, with the members of its previous state.</summary>
    public JsonElement ReadData()
    {
        var buffer = new ArrayBufferWriter<byte>(Data.Length + (Previous?.Length ?? 0) + 1);
        WriteData(buffer);
        return JsonDocument.Parse(buffer.WrittenMemory).RootElement;
    }

    /// <summary>The bytes of <see cref="ReadData"/>.</summary>
    internal void WriteData(IBufferWriter<byte> buffer)
    {
        buffer.Write(Data.AsSpan(0, Previous is null ? Data.Length : Data.Length - 1));
        if (Previous is not null)
        {
            Encoding.UTF8.GetBytes(Data.Length > "{}".Length ? "," : "", buffer);
            Encoding.UTF8.GetBytes(Previous, buffer);
            Encoding.UTF8.GetBytes("}", buffer);
        }
    }
}

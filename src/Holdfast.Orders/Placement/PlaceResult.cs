using Holdfast.Platform.Http.Replies;

namespace Holdfast.Orders.Placement;

/// <summary>An order that is committed. <paramref name="Body"/>: the order as JSON, the same bytes for every retry.</summary>
public sealed record PlaceResult(Guid OrderId, byte[] Body, bool Replayed) : IAnswer
{
    ReadOnlyMemory<byte> IAnswer.Body => Body;
}

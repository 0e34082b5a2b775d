using Holdfast.Platform.Http.Replies;

namespace Holdfast.Orders.Lifecycle;

/// <summary>An order after a committed change. <paramref name="Body"/>: the order as JSON.</summary>
public sealed record ChangeResult(byte[] Body, int Version, bool Replayed) : IAnswer
{
    ReadOnlyMemory<byte> IAnswer.Body => Body;
}

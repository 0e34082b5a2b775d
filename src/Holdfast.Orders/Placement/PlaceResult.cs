using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders;

/// <summary>An order that is committed. <paramref name="Body"/>: the order as JSON, the same bytes for every retry.</summary>
public sealed record PlaceResult(Guid OrderId, byte[] Body, bool Replayed) : IAnswer
{
    ReadOnlyMemory<byte> IAnswer.Body => Body;
}

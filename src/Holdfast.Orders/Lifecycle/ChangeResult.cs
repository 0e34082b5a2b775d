using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders;

/// <summary>An order after a committed change. <paramref name="Body"/>: the order as JSON.</summary>
public sealed record ChangeResult(byte[] Body, int Version, bool Replayed) : IAnswer
{
    ReadOnlyMemory<byte> IAnswer.Body => Body;
}

using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders;

/// <summary>A command with the key that makes it happen once.</summary>
public sealed record PlaceRequest(PlaceCommand Command, IdempotencyKey Key);

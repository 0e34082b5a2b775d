using Holdfast.Identity;
using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;

namespace Holdfast.Orders;

/// <summary>An order a caller may see, and as what.</summary>
internal sealed record AccessibleOrder(Order Order, Relation Relation);

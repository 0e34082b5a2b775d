using Holdfast.Identity;
using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;

namespace Holdfast.Orders;

/// <summary>What a caller is to an order.</summary>
internal enum Relation
{
    Owner,
    Staff,
}

using Holdfast.Platform;
using Holdfast.Platform.Http.Routing;
using Holdfast.Promotions.Core;

namespace Holdfast.Promotions.Endpoints;

/// <summary>Which code a request names, and who may manage it.</summary>
internal static class DiscountAddress
{
    /// <summary>The key of the code that a request names; null where no code can have such a name.</summary>
    public static string? KeyOf(Request request) => DiscountCode.KeyOf(request.RouteText("code")) is var key
        && DiscountCode.IsWellFormed(key) ? key : null;

    /// <summary>Where a code is, within the API.</summary>
    public static string PathOf(DiscountCode code) => $"/discount-codes/{code.Code}" + (code.StoreId is { } id ? $"?storeId={id}" : "");

    /// <summary>Why the caller may not manage codes of the store (null: of all stores), or null.</summary>
    public static Error? Refusal(Caller caller, Guid? storeId) =>
        storeId is { } id ? caller.Manages(id) ? null : Errors.NotFound
        : caller.Role == Role.Admin ? null : Errors.Forbidden;
}

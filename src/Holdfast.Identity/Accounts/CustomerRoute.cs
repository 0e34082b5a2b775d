using Holdfast.Platform;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Accounts;

/// <summary>The way into the routes by which customers change their own account.</summary>
internal static class CustomerRoute
{
    /// <summary>What the reader makes of the body: 400 where a member is wrong, 403 for everybody but customers.</summary>
    public static async Task<Result<T>> ReadAsync<T>(Request request, Func<JsonBodyReader, T> read)
    {
        var value = await request.ReadAsync(read);
        return value.IsOk && request.Caller.Role != Role.Customer ? Errors.Forbidden : value;
    }
}

using Holdfast.Platform;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary>Reads the body <c>{refreshToken}</c>.</summary>
internal static class RefreshTokenBody
{
    public static async Task<Result<string>> ReadAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var token = body.Value.Text("refreshToken");
        return body.Value.Done() is { } error ? error : token;
    }
}

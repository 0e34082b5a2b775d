using System.Text.RegularExpressions;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Tests.Http;

/// <summary>A request that reaches the route, with ids that nothing has.</summary>
internal static partial class RouteRequests
{
    public static HttpRequestMessage Make(RouteRule route, byte[]? body = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(route.Method), Path(route));
        if (route.Method is "POST" or "PUT")
        {
            request.Content = new ByteArrayContent(body ?? "{}"u8.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
            request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        }

        return request;
    }

    public static string Path(RouteRule route) => Parameter().Replace(route.Pattern, _ => Guid.CreateVersion7().ToString());

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}

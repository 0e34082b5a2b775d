using System.Buffers;
using Holdfast.Platform.Http.Bodies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Platform.Http.Routing;

/// <summary>
/// Refuses requests that a page of any site can have a browser post without asking the server first: bodies of a form or of plain text (the
/// Fetch standard's CORS-safelisted types). We use no cookies, so such a request is a guest's; but it comes from the address of the person
/// who views the page.
/// </summary>
internal static class SimpleRequests
{
    /// <summary>415 for a body that another site's page has sent, or that does not begin like a JSON object; null for all others.</summary>
    public static async ValueTask<Error?> RefusalAsync(HttpContext http, TimeSpan within)
    {
        var type = MediaType(http.Request);
        if (!HttpMethods.IsPost(http.Request.Method) || http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true
            || !(type.Length == 0 || IsSimple(type)))
        {
            return null;
        }

        if (IsFromAnotherSite(http.Request))
        {
            return Errors.UnsupportedMediaType;
        }

        // A program that names no type, or curl's -d, may send JSON all the same.
        return type.Length == 0 || http.Request.Headers.ContentEncoding.Count > 0
            || await BeginsAsJsonAsync(http, within) ? null : Errors.UnsupportedMediaType;
    }

    /// <summary>
    /// If the browser had to ask first, the page has sent a header that only programs and such pages send: the setting of allowed origins
    /// has then decided. Browsers name the page's origin in every post, and newer ones also the relation of the sites.
    /// </summary>
    private static bool IsFromAnotherSite(HttpRequest request) =>
        request.Headers.Authorization.Count == 0 && !request.Headers.ContainsKey("Idempotency-Key")
        && (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } relation ? relation is "cross-site" or "same-site"
            : request.Headers.Origin.ToString() is { Length: > 0 } origin && origin != $"{request.Scheme}://{request.Host}");

    private static string MediaType(HttpRequest request) => (request.ContentType ?? "").Split(';')[0].Trim();

    private static bool IsSimple(string type) => type.Equals("text/plain", StringComparison.OrdinalIgnoreCase)
        || type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        || type.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the first bytes, and leaves them for the reader of the body.</summary>
    private static async ValueTask<bool> BeginsAsJsonAsync(HttpContext http, TimeSpan within)
    {
        var reader = http.Request.BodyReader;
        using var timed = new TimedBody(http, within);
        while (true)
        {
            var read = await timed.ReadAsync();
            var first = First(read.Buffer);
            if (first is null && !read.IsCompleted && read.Buffer.Length < Request.SmallBodyBytes)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            // All of a refused body is given back, so that the server can read the rest of it.
            var begins = first is null or (byte)'{' or (byte)'[';
            reader.AdvanceTo(begins ? read.Buffer.Start : read.Buffer.End);
            return begins;
        }
    }

    /// <summary>Returns the first byte that belongs neither to white space nor to a byte order mark.</summary>
    private static byte? First(ReadOnlySequence<byte> buffer)
    {
        foreach (var memory in buffer)
        {
            var at = memory.Span.IndexOfAnyExcept(" \t\r\n\uFEFF"u8);
            if (at >= 0)
            {
                return memory.Span[at];
            }
        }

        return null;
    }
}

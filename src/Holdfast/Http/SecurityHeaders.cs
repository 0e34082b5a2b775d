using Microsoft.Extensions.Primitives;

namespace Holdfast.Http;

/// <summary>
/// What every answer tells browsers: to take it for what it says it is, to run and frame nothing of it, and to tell nobody where they came
/// from (OWASP REST Security Cheat Sheet). A page that needs more sets its own policy.
/// </summary>
internal static class SecurityHeaders
{
    private const string Referrer = "Referrer-Policy";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues Nothing = "default-src 'none'; frame-ancestors 'none'";
    private static readonly StringValues Always = "max-age=31536000";

    /// <summary>
    /// The same for an answer that the server gives before there is a response to add them to, each with the end of its line.
    /// </summary>
    public static string Lines =>
        $"X-Content-Type-Options: {NoSniff}\r\nContent-Security-Policy: {Nothing}\r\n{Referrer}: {NoReferrer}\r\nCache-Control: "
        + "no-store\r\n";

    public static void Add(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = NoSniff;
        response.Headers.ContentSecurityPolicy = Nothing;
        response.Headers[Referrer] = NoReferrer;
    }

    /// <summary>Says to come by https only, where the request did: RFC 6797, 7.2.</summary>
    public static Task AddTransportSecurity(HttpContext http, RequestDelegate next)
    {
        if (http.Request.IsHttps)
        {
            http.Response.Headers.StrictTransportSecurity = Always;
        }

        return next(http);
    }
}

using Holdfast.Platform.Http.Replies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Platform.Http.Routing;

/// <summary>Declares the modules' routes: method, pattern, access, and use case. A route cannot be declared without its access.</summary>
public static class Routes
{
    public const string Base = "/api/v1";

    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Get<T>(this IEndpointRouteBuilder app, string pattern, Access access, Func<T, Request, Task<Reply>> handle,
        params string[] query)
        where T : notnull => app.Route("GET", pattern, access, handle, Limit.None, query);

    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Post<T>(this IEndpointRouteBuilder app, string pattern, Access access, Func<T, Request, Task<Reply>> handle,
        params string[] query)
        where T : notnull => app.Route("POST", pattern, access, handle, Limit.None, query);

    /// <summary>A rate-limited route; see <see cref="RateLimits"/>.</summary>
    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Post<T>(this IEndpointRouteBuilder app, string pattern, Access access, Limit limit,
        Func<T, Request, Task<Reply>> handle, params string[] query)
        where T : notnull => app.Route("POST", pattern, access, handle, limit, query);

    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Put<T>(this IEndpointRouteBuilder app, string pattern, Access access, Func<T, Request, Task<Reply>> handle,
        params string[] query)
        where T : notnull => app.Route("PUT", pattern, access, handle, Limit.None, query);

    /// <summary>A rate-limited route that changes some members of a resource (RFC 5789).</summary>
    public static void Patch<T>(this IEndpointRouteBuilder app, string pattern, Access access, Limit limit,
        Func<T, Request, Task<Reply>> handle)
        where T : notnull => app.Route("PATCH", pattern, access, handle, limit, []);

    /// <summary>A rate-limited route; see <see cref="RateLimits"/>.</summary>
    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Put<T>(this IEndpointRouteBuilder app, string pattern, Access access, Limit limit,
        Func<T, Request, Task<Reply>> handle, params string[] query)
        where T : notnull => app.Route("PUT", pattern, access, handle, limit, query);

    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Delete<T>(this IEndpointRouteBuilder app, string pattern, Access access, Func<T, Request, Task<Reply>> handle,
        params string[] query)
        where T : notnull => app.Route("DELETE", pattern, access, handle, Limit.None, query);

    /// <summary>A rate-limited route; see <see cref="RateLimits"/>.</summary>
    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Delete<T>(this IEndpointRouteBuilder app, string pattern, Access access, Limit limit,
        Func<T, Request, Task<Reply>> handle, params string[] query)
        where T : notnull => app.Route("DELETE", pattern, access, handle, limit, query);

    private static void Route<T>(this IEndpointRouteBuilder app, string method, string pattern, Access access,
        Func<T, Request, Task<Reply>> handle, Limit limit, string[] query)
        where T : notnull
    {
        var full = pattern.StartsWith("/health", StringComparison.Ordinal) || pattern.StartsWith("/.well-known", StringComparison.Ordinal)
            || pattern.StartsWith("/asyncapi", StringComparison.Ordinal) ? pattern : Base + pattern;
        var rule = new RouteRule(method, full, access, limit) { Query = query };
        var useCase = app.ServiceProvider.GetRequiredService<T>();
        var served = new RouteEndpoint(app.ServiceProvider.GetRequiredService<EndpointPipeline>(), rule,
            request => handle(useCase, request));
        // Whatever can be read can be asked for without its body (RFC 9110, 9.3.2); the server leaves the body away.
        app.MapMethods(full, method == "GET" ? ["GET", "HEAD"] : [method], served.ServeAsync).WithMetadata(rule);
    }

    private sealed record RouteEndpoint(EndpointPipeline Door, RouteRule Rule, Func<Request, Task<Reply>> Handle)
    {
        public Task ServeAsync(HttpContext http) => Door.HandleAsync(http, Rule, Handle);
    }
}

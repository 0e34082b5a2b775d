using Holdfast.Platform.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Http;

/// <summary>The rule of a route, on its endpoint, so that a test can go through all of them.</summary>
public sealed record RouteRule(string Method, string Pattern, Access Access, Limit Limit = Limit.None)
{
    /// <summary>The query's parameters that the route knows; any other is 400.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

    /// <summary>
    /// Probes of a server's health are answered whatever stands in their query: a strange one must not take a server out of service.
    /// </summary>
    internal bool TakesAnyQuery { get; } = Pattern.StartsWith("/health", StringComparison.Ordinal);

    /// <summary>
    /// What an API key needs here: the first part of the path and <c>read</c> or <c>write</c>, such as <c>orders:read</c>.
    /// </summary>
    public string Scope { get; } = $"{FirstPart(Pattern)}:{(Method == "GET" ? "read" : "write")}";

    /// <summary>
    /// Method and path with the ids as they were understood, one text however the path was spelled. UUIDs are in lower case. What is no
    /// UUID is in upper case: the only such parameter is a discount code, and codes are looked up without regard to case.
    /// </summary>
    public string Address(RouteValueDictionary values)
    {
        if (!Pattern.Contains('{', StringComparison.Ordinal))
        {
            return $"{Method} {Pattern}";
        }

        var parts = Pattern.Split('/').Select(part => part.StartsWith('{') ? Understood(part[1..^1]) : part);
        return $"{Method} {string.Join('/', parts)}";

        string Understood(string name)
        {
            var value = values[name] as string ?? throw new InvalidOperationException($"{Pattern} has no value for {name}");
            return Guid.TryParseExact(value, "D", out var id) ? id.ToString() : UnicodeText.Key(value).ToUpperInvariant();
        }
    }

    private static string FirstPart(string pattern)
    {
        var start = pattern.StartsWith(Routes.Base + "/", StringComparison.Ordinal) ? Routes.Base.Length + 1 : 1;
        return pattern[start..].Split('/')[0];
    }
}

/// <summary>
/// How modules declare routes: method, pattern, who may call, and the use case. No route can be declared without saying who.
/// </summary>
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

    /// <summary>A route whose requests are counted; see <see cref="RateLimits"/>.</summary>
    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Post<T>(this IEndpointRouteBuilder app, string pattern, Access access, Limit limit,
        Func<T, Request, Task<Reply>> handle, params string[] query)
        where T : notnull => app.Route("POST", pattern, access, handle, limit, query);

    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Put<T>(this IEndpointRouteBuilder app, string pattern, Access access, Func<T, Request, Task<Reply>> handle,
        params string[] query)
        where T : notnull => app.Route("PUT", pattern, access, handle, Limit.None, query);

    /// <summary>A route that changes some members of a resource (RFC 5789), and whose requests are counted.</summary>
    public static void Patch<T>(this IEndpointRouteBuilder app, string pattern, Access access, Limit limit,
        Func<T, Request, Task<Reply>> handle)
        where T : notnull => app.Route("PATCH", pattern, access, handle, limit, []);

    /// <summary>A route whose requests are counted; see <see cref="RateLimits"/>.</summary>
    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Put<T>(this IEndpointRouteBuilder app, string pattern, Access access, Limit limit,
        Func<T, Request, Task<Reply>> handle, params string[] query)
        where T : notnull => app.Route("PUT", pattern, access, handle, limit, query);

    /// <param name="query">The query's parameters that the route knows.</param>
    public static void Delete<T>(this IEndpointRouteBuilder app, string pattern, Access access, Func<T, Request, Task<Reply>> handle,
        params string[] query)
        where T : notnull => app.Route("DELETE", pattern, access, handle, Limit.None, query);

    /// <summary>A route whose requests are counted; see <see cref="RateLimits"/>.</summary>
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
        var served = new Served(app.ServiceProvider.GetRequiredService<Door>(), rule, request => handle(useCase, request));
        // Whatever can be read can be asked for without its body (RFC 9110, 9.3.2); the server leaves the body away.
        app.MapMethods(full, method == "GET" ? ["GET", "HEAD"] : [method], served.ServeAsync).WithMetadata(rule);
    }

    private sealed record Served(Door Door, RouteRule Rule, Func<Request, Task<Reply>> Handle)
    {
        public Task ServeAsync(HttpContext http) => Door.HandleAsync(http, Rule, Handle);
    }
}

/// <summary>What every request passes: who is it, may they, run the use case, write the answer; and what to say when that throws.</summary>
public sealed class Door(ITokenReader tokens, RateLimits limits, RequestLimits requests, Db db, ILogger<Door> log)
{
    /// <summary>Serves one request; never throws.</summary>
    public async Task HandleAsync(HttpContext http, RouteRule route, Func<Request, Task<Reply>> handle)
    {
        CurrentWork.Is(HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) ? DbWork.Reads : DbWork.Writes);
        ClientAddress.Is(http.Connection.RemoteIpAddress);
        Reply reply;
        try
        {
            var caller = await CallerAsync(http).ConfigureAwait(false);
            reply = caller is null ? Errors.Unauthenticated
                : (Refusal(caller, route) ?? QueryRules.Refusal(http.Request, route)
                    ?? await limits.RefuseAsync(http, caller, route.Limit).ConfigureAwait(false)
                    ?? await SimpleRequests.RefusalAsync(http, requests.BodyWithin).ConfigureAwait(false)) is { } refusal ? refusal
                : await ServeAsync(new Request(http, caller, route, requests.BodyWithin), route, handle).ConfigureAwait(false);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            reply = Explain(e, http.TraceIdentifier);
        }

        await Problem.WriteAsync(http, reply).ConfigureAwait(false);
    }

    private static async Task<Reply> ServeAsync(Request request, RouteRule route, Func<Request, Task<Reply>> handle)
    {
        Witness.Accompany(request, route);
        return await handle(request).ConfigureAwait(false);
    }

    private static Error? Refusal(Caller caller, RouteRule route)
    {
        var allowed = route.Access switch
        {
            Access.Anyone => true,
            Access.SignedIn => caller.Role != Role.Guest,
            Access.Staff => caller.Role is Role.Staff or Role.Admin,
            Access.StaffOrService => caller.Role is Role.Staff or Role.Service or Role.Admin,
            Access.Admin => caller.Role == Role.Admin,
            _ => false,
        };
        if (!allowed)
        {
            return caller.Role == Role.Guest ? Errors.Unauthenticated : Errors.Forbidden;
        }

        return caller.Scopes is { } scopes && !scopes.Contains(route.Scope) ? Errors.ScopeMissing.With("scope", route.Scope) : null;
    }

    private async ValueTask<Caller?> CallerAsync(HttpContext http)
    {
        var header = http.Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return Caller.Guest;
        }

        return header.Count == 1 && header[0] is { } value && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? await tokens.ReadAsync(value["Bearer ".Length..].Trim()).ConfigureAwait(false)
            : null;
    }

    private Error Explain(Exception e, string trace)
    {
        switch (e)
        {
            case BadHttpRequestException bad:
                return bad.StatusCode switch
                {
                    408 => Errors.RequestTimeout,
                    413 => Errors.TooLarge.With("maxBytes", Request.MaxBodyBytes),
                    _ => Errors.InvalidRequest
                };
            case OutcomeUnknownException:
                db.Note(log, e);
                return Errors.OutcomeUnknown;
            case var _ when db.IsUnavailable(e):
                db.Note(log, e);
                return Errors.Unavailable;
            case var _ when db.IsDataError(e):
                log.LogWarning("The database refused a value: {Reason}, trace {TraceId}", e.Message, trace);
                return Errors.Unstorable;
            default:
                log.LogError(e, "A request failed, trace {TraceId}", trace);
                return Errors.Internal;
        }
    }
}

using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Http.Routing;

/// <summary>The steps of every request: authenticate, authorise, run the use case, write the answer, and answer exceptions.</summary>
public sealed class EndpointPipeline(ITokenReader tokens, RateLimits limits, RequestLimits requests, Db db, ILogger<EndpointPipeline> log)
{
    /// <summary>Serves one request; never throws.</summary>
    public async Task HandleAsync(HttpContext http, RouteRule route, Func<Request, Task<Reply>> handle)
    {
        CurrentWork.Is(HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) ? DbWork.Reads : DbWork.Writes);
        ClientAddress.Is(http.Connection.RemoteIpAddress);
        Reply reply;
        try
        {
            var caller = await CallerAsync(http);
            reply = caller is null ? Errors.Unauthenticated
                : (Refusal(caller, route) ?? QueryRules.Refusal(http.Request, route)
                    ?? await limits.RefuseAsync(http, caller, route.Limit)
                    ?? await SimpleRequests.RefusalAsync(http, requests.BodyWithin)) is { } refusal ? refusal
                : await ServeAsync(new Request(http, caller, route, requests.BodyWithin), route, handle);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            reply = Explain(e, http.TraceIdentifier);
        }

        await Problem.WriteAsync(http, reply);
    }

    private static async Task<Reply> ServeAsync(Request request, RouteRule route, Func<Request, Task<Reply>> handle)
    {
        AuditScope.Accompany(request, route);
        return await handle(request);
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
            ? await tokens.ReadAsync(value["Bearer ".Length..].Trim())
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

using System.Diagnostics;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Telemetry;

namespace Holdfast.Http;

/// <summary>
/// Stands before everything: gives each request its trace id, makes sure that it gets an answer with a body (unknown routes and methods,
/// bodies that cannot be read, bugs outside the use cases), and writes its one line into the log.
/// </summary>
internal sealed class ExceptionAndAccessLogMiddleware(LogProvider? requests, ILogger<ExceptionAndAccessLogMiddleware> log)
{
    /// <summary>What nginx logs where the caller has gone before the answer; it is never sent.</summary>
    private const int CallerGone = 499;

    public async Task HandleAsync(HttpContext http, RequestDelegate next)
    {
        var start = Stopwatch.GetTimestamp();
        http.TraceIdentifier = TraceIds.Of(http.Request.Headers.TraceParent);
        SecurityHeaders.Add(http.Response);
        try
        {
            if (MalformedRequests.IsAmbiguous(http.Request))
            {
                throw new BadHttpRequestException("The length of the body is ambiguous.");
            }

            await next(http);
            if (HttpMethods.IsOptions(http.Request.Method)
                && http.Response is { StatusCode: StatusCodes.Status405MethodNotAllowed, HasStarted: false } known)
            {
                // The path is there: Allow, which the router has set, says what it answers to.
                known.StatusCode = StatusCodes.Status204NoContent;
                known.Headers.Allow = $"{known.Headers.Allow}, OPTIONS";
            }

            if (http.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null })
            {
                await Problem.WriteAsync(http, ErrorOf(http.Response.StatusCode));
            }
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to answer to.
        }
        catch (BadHttpRequestException e)
        {
            // Nobody knows where on the connection the next request would begin.
            http.Response.Headers.Connection = "close";
            await Problem.WriteAsync(http, ErrorOf(e.StatusCode));
        }
        catch (Exception e)
        {
            log.LogError(e, "A request failed outside its use case, trace {TraceId}", http.TraceIdentifier);
            await Problem.WriteAsync(http, Errors.Internal);
        }

        requests?.Request(http.Request.Method, http.Request.Path.Value ?? "",
            !http.Response.HasStarted && http.RequestAborted.IsCancellationRequested ? CallerGone : http.Response.StatusCode,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds, http.TraceIdentifier);
    }

    private static Error ErrorOf(int status) => status switch
    {
        404 => Errors.NotFound,
        405 => Errors.MethodNotAllowed,
        408 => Errors.RequestTimeout,
        413 => Errors.TooLarge,
        < 500 => Errors.InvalidRequest,
        _ => Errors.Internal,
    };
}

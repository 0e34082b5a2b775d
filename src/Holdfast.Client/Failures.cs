using System.Text.Json;

namespace Holdfast.Client;

/// <summary>Makes exceptions of answers that are refusals, of answers that cannot be read, and of calls without an answer.</summary>
internal static class Failures
{
    private static readonly string[] Known = ["type", "title", "status", "detail", "code", "traceId", "errors"];

    /// <summary>
    /// Whether the answer is what was asked for. Health of a server that is unhealthy comes with 503, and is no problem document.
    /// </summary>
    public static bool IsAnswer(HttpResponseMessage response) =>
        response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType == "application/json";

    /// <summary>How long the answer says to wait; null where it does not.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow() is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>The exception of a refusal; null where the answer is what was asked for.</summary>
    public static async ValueTask<Exception?> OfAsync(HttpResponseMessage response, TimeProvider time)
    {
        if (IsAnswer(response))
        {
            return null;
        }

        var status = (int)response.StatusCode;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            try
            {
                using var document = JsonDocument.Parse(await response.Content.ReadAsStreamAsync().ConfigureAwait(false));
                if (document.RootElement.ValueKind == JsonValueKind.Object)
                {
                    return Of(response, document.RootElement, time);
                }
            }
            catch (JsonException e)
            {
                return Plain(response, $"The answer {status} cannot be read.", e, time);
            }
        }

        return Plain(response, $"The answer is {status} {response.ReasonPhrase}.", null, time);
    }

    /// <summary>The exception of an answer whose body could not be read; one of a cancelled call is passed on.</summary>
    public static Exception Unreadable(HttpResponseMessage response, Exception inner, TimeProvider time) =>
        inner is OperationCanceledException ? inner
        : Plain(response, $"The answer {(int)response.StatusCode} cannot be read: {inner.Message}", inner, time);

    /// <summary>The exception of a call without an answer; one that its caller cancelled is passed on.</summary>
    public static Exception WithoutAnswer(HttpRequestMessage request, Exception inner, CancellationToken cancellationToken) =>
        inner is OperationCanceledException && cancellationToken.IsCancellationRequested ? inner
        : new HoldfastException($"{request.Method} {request.RequestUri?.AbsolutePath} got no answer: {inner.Message}", inner)
        {
            IdempotencyKey = RepeatHandler.KeyOf(request),
        };

    private static HoldfastException Of(HttpResponseMessage response, JsonElement problem, TimeProvider time)
    {
        var (code, title) = (Text(problem, "code"), Text(problem, "title"));
        return new HoldfastException($"{(int)response.StatusCode} {code}: {title}")
        {
            Status = (int)response.StatusCode,
            Code = code,
            Title = title,
            Detail = Text(problem, "detail"),
            TraceId = Text(problem, "traceId"),
            Errors = problem.TryGetProperty("errors", out var errors)
                ? errors.Deserialize(HoldfastJson.Default.IReadOnlyDictionaryStringStringArray)! : new Dictionary<string, string[]>(),
            Facts = problem.EnumerateObject().Where(m => !Known.Contains(m.Name)).ToDictionary(m => m.Name, m => m.Value.Clone()),
            RetryAfter = RetryAfter(response, time),
            IdempotencyKey = KeyOf(response),
        };
    }

    private static HoldfastException Plain(HttpResponseMessage response, string message, Exception? inner, TimeProvider time) =>
        new(message, inner)
        {
            Status = (int)response.StatusCode,
            RetryAfter = RetryAfter(response, time),
            IdempotencyKey = KeyOf(response),
        };

    private static string? KeyOf(HttpResponseMessage response) =>
        response.RequestMessage is { } request ? RepeatHandler.KeyOf(request) : null;

    private static string? Text(JsonElement problem, string name) =>
        problem.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Holdfast.Client;

/// <summary>
/// Bounds each attempt, and repeats a call without an answer, or with 429 or 503, where that is safe: it reads, or it carries an
/// <c>Idempotency-Key</c>, which stays the same, so that what was done is not done again.
/// </summary>
internal sealed class RepeatHandler : DelegatingHandler
{
    private const string KeyHeader = "Idempotency-Key";

    private readonly ResiliencePipeline<HttpResponseMessage> _once;
    private readonly ResiliencePipeline<HttpResponseMessage> _again;

    public RepeatHandler(HoldfastClientOptions options)
    {
        _once = Builder(options).AddTimeout(options.AttemptTimeout).Build();
        _again = options.Retries == 0 ? _once
            : Builder(options).AddRetry(Strategy(options)).AddTimeout(options.AttemptTimeout).Build();
    }

    /// <summary>The key of a call; null where it has none.</summary>
    public static string? KeyOf(HttpRequestMessage request) =>
        request.Headers.TryGetValues(KeyHeader, out var values) ? values.First() : null;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isSafe = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || KeyOf(request) is not null;
        return await (isSafe ? _again : _once)
            .ExecuteAsync(async ct => await base.SendAsync(request, ct).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private static ResiliencePipelineBuilder<HttpResponseMessage> Builder(HoldfastClientOptions options) =>
        new() { TimeProvider = options.Time };

    private static RetryStrategyOptions<HttpResponseMessage> Strategy(HoldfastClientOptions options) => new()
    {
        MaxRetryAttempts = options.Retries,
        Delay = options.RetryDelay,
        MaxDelay = options.MaxRetryDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = args => ValueTask.FromResult(args.Outcome switch
        {
            { Exception: HttpRequestException or TimeoutRejectedException } => true,
            { Result: { } response } => IsWorthwhile(response, options),
            _ => false,
        }),
        DelayGenerator = args => ValueTask.FromResult(args.Outcome is { Result: { } response }
            ? Failures.RetryAfter(response, options.Time) : null),
    };

    /// <summary>Whether the answer says that it will be another soon.</summary>
    private static bool IsWorthwhile(HttpResponseMessage response, HoldfastClientOptions options)
    {
        if (Failures.IsAnswer(response))
        {
            return false;
        }

        var wait = Failures.RetryAfter(response, options.Time);
        return response.StatusCode switch
        {
            HttpStatusCode.ServiceUnavailable => wait is null || wait <= options.MaxRetryDelay,
            HttpStatusCode.TooManyRequests => wait <= options.MaxRetryDelay,
            _ => false,
        };
    }
}

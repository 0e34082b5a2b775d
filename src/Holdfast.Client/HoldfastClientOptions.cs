namespace Holdfast.Client;

/// <summary>Where the server is, who calls, and how patient the client is.</summary>
public sealed record HoldfastClientOptions
{
    /// <summary>The server's address, without <c>/api/v1</c>; a path of a proxy may follow the host.</summary>
    public required Uri BaseAddress { get; init; }

    /// <summary>
    /// Asked before every attempt of a call that may need it: the access token of whoever is signed in; null for a guest. Refresh it there
    /// when it expires; signing in and refreshing do not ask.
    /// </summary>
    public Func<CancellationToken, ValueTask<string?>>? AccessToken { get; init; }

    /// <summary>The key of another system (<c>hk_...</c>), sent where <see cref="AccessToken"/> is not set.</summary>
    public string? ApiKey { get; init; }

    /// <summary><c>vi</c> or <c>en</c>: the language of refusals, and in which buyers are told about their orders. Null: the server's
    /// choice.</summary>
    public string? Language { get; init; }

    /// <summary>
    /// How often a call is repeated at most when there is no answer, or when it is 429 or 503; 0: never. Only calls that read, and those
    /// that carry an <c>Idempotency-Key</c>, are repeated.
    /// </summary>
    public int Retries { get; init; } = 4;

    /// <summary>The first wait before a repetition; it doubles, with some randomness, unless <c>Retry-After</c> says how long.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait: a refusal whose <c>Retry-After</c> is longer is thrown at once.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What the waits and time-outs go by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

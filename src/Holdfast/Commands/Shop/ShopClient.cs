using System.Data.Common;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Commands.Shop;

/// <summary>
/// An HTTP client with many connections that outlives its server: on a lost connection, a time-out, 429 or 502 to 504 the same request with
/// the same key is sent again, until an answer comes or its patience ends.
/// </summary>
internal sealed class ShopClient(Uri address, Func<CancellationToken, Task<string>> signIn, int connections, TimeSpan patience)
    : IDisposable
{
    private static readonly TimeSpan TokenAge = TimeSpan.FromMinutes(10);
    private static readonly JsonSerializerOptions Json = new(Reply.Json) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly SemaphoreSlim _signingIn = new(1);
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = connections,
        ConnectTimeout = TimeSpan.FromSeconds(3),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
    })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(20),
    };

    private string? _token;
    private long _tokenTime;
    private long _requests;
    private long _retries;
    private int _underWay;

    /// <summary>Requests sent, attempts included.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Attempts that had to be sent again.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>Requests that are being answered at this moment.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>
    /// Sends until there is an answer. <paramref name="took"/> gets the time of the attempt that was answered; <paramref name="failed"/> is
    /// told of every other.
    /// </summary>
    public async Task<Answer> SendAsync(Call call, Latencies? took = null, Action<string>? failed = null, CancellationToken ct = default)
    {
        var body = call.Body is null ? null : JsonSerializer.SerializeToUtf8Bytes(call.Body, Json);
        var started = Stopwatch.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var (answer, wait, time) = await AttemptAsync(call, body, attempt, ct);
            if (answer is { Status: 429, Code: "rate_limited" })
            {
                // All our buyers come from one address: waiting would make a measurement of the limit.
                throw new StartupException(
                    $"{address} limits how many requests one address may send (429 rate_limited). Start that server with RATE_LIMITS=off "
                    + "for this.");
            }

            if (answer.Status is not (0 or 401 or 429 or >= 502 and <= 504) || (answer.Status == 401 && (!call.AsStaff || attempt > 0)))
            {
                took?.Add(time);
                return answer;
            }

            failed?.Invoke(answer.Explain());
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                return answer;
            }

            Interlocked.Increment(ref _retries);
            await Task.Delay(wait, ct);
        }
    }

    /// <summary>As <see cref="SendAsync"/>; anything but success ends the command with one line that says what failed.</summary>
    public async Task<JsonElement> MustAsync(Call call, CancellationToken ct)
    {
        var answer = await SendAsync(call, ct: ct);
        return answer.IsSuccess ? answer.Body : throw new StartupException($"{call.Method} {call.Path}: {answer.Explain()}");
    }

    /// <summary>All items of a list, page after page.</summary>
    public async IAsyncEnumerable<JsonElement> ListAsync(string path,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        for (string? cursor = null; ;)
        {
            var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var from = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var query = $"{path}{separator}limit=100{from}";
            var page = await MustAsync(Call.Get(query), ct);
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                yield return item;
            }

            cursor = page.GetProperty("nextCursor").GetString();
            if (cursor is null)
            {
                yield break;
            }
        }
    }

    /// <summary>
    /// Whether it is what a server does to its callers while it is down. Signing in to a child process reads its database, so failures of
    /// that count, too.
    /// </summary>
    internal static bool IsOutage(Exception e, CancellationToken ct) =>
        e is HttpRequestException or IOException or SocketException or TimeoutException or DbException
        || (e is OperationCanceledException && !ct.IsCancellationRequested);

    public void Dispose()
    {
        _http.Dispose();
        _signingIn.Dispose();
    }

    private async Task<(Answer Answer, TimeSpan Wait, TimeSpan Took)> AttemptAsync(Call call, byte[]? body, int attempt,
        CancellationToken ct)
    {
        var wait = TimeSpan.FromMilliseconds(Random.Shared.Next(20, 100 + (100 * Math.Min(attempt, 9))));
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _underWay);
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(call.Method, $"{Routes.Base}{call.Path}");
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            }

            if (call.Key is { } key)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            if (call.AccessKey is { } accessKey)
            {
                request.Headers.Add("X-Access-Key", accessKey);
            }
            else if (call.AsStaff)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(ct));
                started = Stopwatch.GetTimestamp();
            }

            using var response = await _http.SendAsync(request, ct);
            var bytes = await response.Content.ReadAsByteArrayAsync(ct);
            var took = Stopwatch.GetElapsedTime(started);
            if ((int)response.StatusCode == 401)
            {
                _token = null;
            }

            if (response.Headers.RetryAfter?.Delta is { } delta)
            {
                wait += TimeSpan.FromMilliseconds(Math.Min(delta.TotalMilliseconds, 5_000) * Random.Shared.NextDouble());
            }

            return (new Answer((int)response.StatusCode, Parse(bytes), response.Headers.Contains("Idempotency-Replayed")), wait, took);
        }
        catch (Exception e) when (IsOutage(e, ct))
        {
            return (new Answer(0, JsonSerializer.SerializeToElement(new { detail = e.Message }), false), wait,
                Stopwatch.GetElapsedTime(started));
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>Tokens last 15 minutes; before that, or when one is refused, somebody signs in again and the others wait for it.</summary>
    private async ValueTask<string> TokenAsync(CancellationToken ct)
    {
        if (_token is { } known && Stopwatch.GetElapsedTime(Interlocked.Read(ref _tokenTime)) < TokenAge)
        {
            return known;
        }

        await _signingIn.WaitAsync(ct);
        try
        {
            if (_token is { } other && Stopwatch.GetElapsedTime(Interlocked.Read(ref _tokenTime)) < TokenAge)
            {
                return other;
            }

            var token = await signIn(ct);
            Interlocked.Exchange(ref _tokenTime, Stopwatch.GetTimestamp());
            return _token = token;
        }
        finally
        {
            _signingIn.Release();
        }
    }

    private static JsonElement Parse(byte[] bytes)
    {
        try
        {
            return bytes.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(bytes);
        }
        catch (JsonException)
        {
            return default;
        }
    }
}

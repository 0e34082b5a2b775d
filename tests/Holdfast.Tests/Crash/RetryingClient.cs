using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Tests.Crash;

/// <summary>A request as its sender keeps it, with the answer that ended it.</summary>
/// <param name="Header">A header of its own: what opens a guest's order or cart.</param>
internal sealed record Exchange(HttpMethod Method, string Path, string? Key, JsonObject Asked, bool IsStaff,
    (string Name, string Value)? Header, int Status, string Text, bool Replayed, int Tries)
{
    private readonly Lazy<JsonElement> _answer = new(() => JsonDocument.Parse(Text).RootElement);

    public bool IsOk => Status is >= 200 and < 300;

    public JsonElement Answer => _answer.Value;

    public Guid Id => Answer.GetProperty("id").GetGuid();
}

/// <summary>
/// Sends requests to several servers of one database, the same bytes with the same key to any of them, until there is an answer other than
/// 503. What nobody may ever be told is kept in <see cref="Wrong"/>.
/// </summary>
internal sealed class RetryingClient(IReadOnlyList<Uri> servers) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private readonly ConcurrentQueue<Exchange> _done = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentDictionary<string, int> _told = new();
    private volatile string? _token;
    private int _lost;

    /// <summary>What was answered with success.</summary>
    public IReadOnlyCollection<Exchange> Done => _done;

    /// <summary>Answers that are neither what was asked for nor a proper 503.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>How often there was a 503, by code.</summary>
    public IReadOnlyDictionary<string, int> Unavailable => _told;

    /// <summary>Attempts that ended without an answer.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Sends until it is answered. Every request here is one that the shop can grant: a refusal is wrong.</summary>
    public async Task<Exchange> SendAsync(HttpMethod method, string path, string? key, JsonObject body, bool isStaff = false,
        (string, string)? header = null)
    {
        var (began, sent) = (Stopwatch.GetTimestamp(), Encoding.UTF8.GetBytes(body.ToJsonString()));
        for (var tries = 1; ; tries++)
        {
            try
            {
                var server = servers[Random.Shared.Next(servers.Count)];
                if (isStaff)
                {
                    _token ??= await AdminSession.TokenAsync(_http, server);
                }

                using var request = Request(new Uri(server, $"/api/v1{path}"), method, key, sent, isStaff ? _token : null, header);
                using var answer = await _http.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                var exchange = new Exchange(method, path, key, body, isStaff, header, (int)answer.StatusCode, text,
                    answer.Headers.Contains("Idempotency-Replayed"), tries);
                if (Judge(exchange, answer))
                {
                    return exchange;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                Interlocked.Increment(ref _lost);
                _wrong.Enqueue($"{path} {key}: no answer: {e.Message}");
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"{path} {key} was not answered within {Patience}");
            await Task.Delay(Random.Shared.Next(20, 100));
        }
    }

    /// <summary>Sends the same once more, to any server, and keeps no receipt.</summary>
    public Task<Exchange> AgainAsync(Exchange first) =>
        SendAsync(first.Method, first.Path, first.Key, first.Asked, first.IsStaff, first.Header);

    public void Keep(Exchange exchange) => _done.Enqueue(exchange);

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(Uri address, HttpMethod method, string? key, byte[] body, string? token,
        (string Name, string Value)? header)
    {
        var request = new HttpRequestMessage(method, address)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (header is { } own)
        {
            request.Headers.Add(own.Name, own.Value);
        }

        return request;
    }

    /// <summary>Whether the answer ends the request.</summary>
    private bool Judge(Exchange exchange, HttpResponseMessage answer)
    {
        if (exchange is { Status: 401, IsStaff: true })
        {
            // The token is too old.
            _token = null;
            return false;
        }

        if (exchange.Status == 503 && answer.Headers.RetryAfter?.Delta is not null
            && answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            && exchange.Answer.GetProperty("code").GetString() is { } code and ("busy" or "database_unavailable" or "outcome_unknown"))
        {
            _told.AddOrUpdate(code, 1, (_, n) => n + 1);
            return false;
        }

        if (!exchange.IsOk)
        {
            _wrong.Enqueue($"{exchange.Path} {exchange.Key}: {exchange.Status} {answer.Headers.RetryAfter} {exchange.Text}");
        }

        return exchange.Status < 500;
    }
}

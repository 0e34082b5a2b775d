using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>What a buyer has in hand: the request with its key, and the answer that ended it.</summary>
/// <param name="Status">0: gave up without an answer.</param>
/// <param name="Tries">How often it was sent.</param>
/// <param name="Token">Of the member who sent it; null: a guest.</param>
internal sealed record Receipt(Uri Server, string Path, string Key, byte[] Body, int Status, string Text, bool Replayed, int Tries,
    TimeSpan Took, string? Token = null)
{
    private readonly Lazy<JsonElement> _json = new(() => JsonDocument.Parse(Text).RootElement);

    public bool IsOrder => Status == 201;

    public Guid OrderId => _json.Value.GetProperty("id").GetGuid();

    /// <summary>What a guest reads the order with; null where the order is a member's.</summary>
    public string? AccessKey => _json.Value.TryGetProperty("accessKey", out var key) ? key.GetString() : null;

    public string? Code => _json.Value.TryGetProperty("code", out var code) ? code.GetString() : null;
}

/// <summary>
/// Buyers over HTTP who send the same bytes with the same key until they are answered, whatever happens to the server, and keep what they
/// were told. What no buyer may ever see is kept in <see cref="Wrong"/>.
/// </summary>
internal sealed class Rush(Shop shop) : IDisposable
{
    private const string Place = "/orders";

    /// <summary>The code that members use on every other order.</summary>
    public const string DiscountCode = "RUSH";

    private static readonly HashSet<string> Gone = ["insufficient_stock", "discount_used_up", "insufficient_points"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly HttpClient _http = new(
        new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3), UseProxy = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private readonly ConcurrentQueue<Receipt> _orders = new();
    private readonly ConcurrentQueue<Receipt> _cancelled = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentDictionary<string, int> _refused = new();
    private int _answered;
    private int _lost;
    private int _unavailable;
    private int _underWay;

    public Shop Shop => shop;

    /// <summary>Orders that were acknowledged.</summary>
    public IReadOnlyCollection<Receipt> Orders => _orders;

    /// <summary>Cancellations that were acknowledged; <c>Path</c> names the order.</summary>
    public IReadOnlyCollection<Receipt> Cancelled => _cancelled;

    /// <summary>Answers that are neither what was asked for, nor a proper refusal, nor a proper 503.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>How many orders were refused, by code.</summary>
    public IReadOnlyDictionary<string, int> Refused => _refused;

    /// <summary>Requests that got an answer other than 503.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Attempts that ended without an answer.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Attempts to place an order that were answered with 503.</summary>
    public int Unavailable => Volatile.Read(ref _unavailable);

    /// <summary>Requests that wait for their answer at this moment.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Places an order of the lines, as a guest of this email; sold out is a proper answer.</summary>
    /// <param name="giveUp">Once cancelled, an attempt that is lost is the last.</param>
    public Task<Receipt> PlaceAsync(Uri server, string key, string email, CancellationToken giveUp,
        params (int Index, long Quantity)[] lines)
    {
        var order = shop.Body(lines);
        order["customer"] = new JsonObject { ["email"] = email };
        return PlaceAsync(server, key, order, null, giveUp);
    }

    /// <summary>Places an order as a member, with or without the code and points; that those are used up is a proper answer, too.</summary>
    public Task<Receipt> PlaceAsync(Uri server, string key, Member member, bool withCode, long points, CancellationToken giveUp,
        params (int Index, long Quantity)[] lines)
    {
        var order = shop.Body(lines);
        order.Remove("customer");
        order["discountCode"] = withCode ? DiscountCode : null;
        order["redeemPoints"] = points;
        return PlaceAsync(server, key, order, member.Token, giveUp);
    }

    private async Task<Receipt> PlaceAsync(Uri server, string key, JsonObject order, string? token, CancellationToken giveUp)
    {
        var receipt = await SendAsync(server, Place, key, Encoding.UTF8.GetBytes(order.ToJsonString()), null, giveUp, token);
        if (receipt.IsOrder)
        {
            _orders.Enqueue(receipt);
        }
        else if (receipt.Status is 409 or 422 && Gone.Contains(receipt.Code!))
        {
            _refused.AddOrUpdate(receipt.Code!, 1, (_, n) => n + 1);
        }
        else if (receipt.Status != 0)
        {
            _wrong.Enqueue($"order {key}: {receipt.Status} {receipt.Text}");
        }

        return receipt;
    }

    /// <summary>Cancels an order; that it has expired by then is a proper answer.</summary>
    public async Task CancelAsync(Uri server, Receipt order, CancellationToken giveUp)
    {
        var receipt = await SendAsync(server, $"/orders/{order.OrderId}/cancel", $"cancel {order.Key}", "{}"u8.ToArray(), order.AccessKey,
            giveUp, order.Token);
        if (receipt.Status == 200)
        {
            _cancelled.Enqueue(receipt);
        }
        else if (receipt.Status != 0 && receipt is not { Status: 409, Code: "illegal_transition" })
        {
            _wrong.Enqueue($"cancel {order.Key}: {receipt.Status} {receipt.Text}");
        }
    }

    /// <summary>
    /// A buyer who orders, sometimes clicks twice, sometimes cancels, until told to stop, and does not leave without an answer to what was
    /// sent.
    /// </summary>
    /// <param name="member">Who the buyer is; null: a guest by another email each time.</param>
    public async Task BuyAsync(Uri server, string name, int seed, CancellationToken stop, CancellationToken giveUp = default,
        Member? member = null)
    {
        var random = new Random(seed);
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            var key = $"{name}-{n}";
            var lines = Enumerable.Range(0, shop.Variants.Count).Where(i => i == 0 || random.Next(4) == 0)
                .Select(i => (i, (long)random.Next(1, 3))).ToArray();
            var (clicksTwice, cancels) = (random.Next(8) == 0, random.Next(4) == 0);
            var (email, withCode, points) = ($"{name}-{random.Next(5)}@example.com", random.Next(2) == 0, random.Next(4));
            Task<Receipt> ClickAsync() => member is null ? PlaceAsync(server, key, email, giveUp, lines)
                : PlaceAsync(server, key, member, withCode, points, giveUp, lines);
            var first = ClickAsync();
            if (clicksTwice)
            {
                await ClickAsync();
            }

            if (cancels && await first is { IsOrder: true } order)
            {
                await CancelAsync(server, order, giveUp);
            }

            await first;
            await Task.Delay(random.Next(5), CancellationToken.None);
        }
    }

    /// <summary>Sends until there is an answer that is not a proper 503.</summary>
    public async Task<Receipt> SendAsync(Uri server, string path, string key, byte[] body, string? accessKey, CancellationToken giveUp,
        string? token = null)
    {
        var began = Stopwatch.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var sent = Stopwatch.GetTimestamp();
            try
            {
                Interlocked.Increment(ref _underWay);
                using var request = Request(HttpMethod.Post, server, path, accessKey, token);
                request.Headers.Add("Idempotency-Key", key);
                request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                using var answer = await _http.SendAsync(request, CancellationToken.None);
                var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
                if (IsFinal(answer, text))
                {
                    Interlocked.Increment(ref _answered);
                    return new Receipt(server, path, key, body, (int)answer.StatusCode, text,
                        answer.Headers.Contains("Idempotency-Replayed"), tries,
                        Stopwatch.GetElapsedTime(sent), token);
                }

                Interlocked.Add(ref _unavailable, path == Place ? 1 : 0);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                Interlocked.Increment(ref _lost);
                if (giveUp.IsCancellationRequested)
                {
                    return new Receipt(server, path, key, body, 0, "{}", false, tries, Stopwatch.GetElapsedTime(sent), token);
                }

                Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"{path} {key} was not answered within {Patience}: {e.Message}");
            }
            finally
            {
                Interlocked.Decrement(ref _underWay);
            }

            await Task.Delay(Random.Shared.Next(20, 100), CancellationToken.None);
        }
    }

    /// <summary>Reads, once.</summary>
    public async Task<(int Status, string Text)> GetAsync(Uri server, string path, string? accessKey = null, string? token = null)
    {
        using var request = Request(HttpMethod.Get, server, path, accessKey, token);
        using var answer = await _http.SendAsync(request, CancellationToken.None);
        var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
        IsFinal(answer, text);
        return ((int)answer.StatusCode, text);
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(HttpMethod method, Uri server, string path, string? accessKey, string? token)
    {
        var request = new HttpRequestMessage(method, new Uri(server, $"/api/v1{path}"));
        if (accessKey is not null)
        {
            request.Headers.Add("X-Access-Key", accessKey);
        }

        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private bool IsFinal(HttpResponseMessage answer, string text)
    {
        if ((int)answer.StatusCode != 503)
        {
            return true;
        }

        if (answer.Headers.RetryAfter?.Delta is null || answer.Content.Headers.ContentType?.MediaType != "application/problem+json"
            || JsonDocument.Parse(text).RootElement.GetProperty("code")
            .GetString() is not ("busy" or "database_unavailable" or "outcome_unknown"))
        {
            _wrong.Enqueue($"503 {answer.Headers} {text}");
        }

        return false;
    }
}

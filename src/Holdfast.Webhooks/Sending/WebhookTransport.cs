using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Webhooks.Core;

namespace Holdfast.Webhooks.Sending;

/// <summary>
/// Sends one event as Standard Webhooks say (https://www.standardwebhooks.com): POST with <c>webhook-id</c>, <c>webhook-timestamp</c> and
/// <c>webhook-signature</c>. It goes to public addresses only: names are looked up here, every address is checked, and the connection is
/// made to what was checked, so that a name cannot mean something else a moment later. No redirects, no proxies, no cookies; 15 seconds; of
/// an answer at most 64 KiB are read and none is kept.
/// </summary>
internal sealed class WebhookTransport : IDisposable
{
    private const int MaxAnswerBytes = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly bool _allowPrivate;
    private readonly TimeSpan _patience;

    public WebhookTransport(WebhookOptions options, TimeProvider time)
        : this(options, time, Dns.GetHostAddressesAsync)
    {
    }

    /// <param name="resolve">Addresses of a name, for tests.</param>
    internal WebhookTransport(WebhookOptions options, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>> resolve,
        TimeSpan? patience = null)
    {
        (_time, _resolve, _allowPrivate, _patience) = (time, resolve, options.AllowPrivate, patience ?? Patience);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = ConnectAsync,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends it and says what came of it; throws only when <paramref name="ct"/> is cancelled.</summary>
    public async Task<Outcome> SendAsync(string url, byte[] secret, Event e, CancellationToken ct)
    {
        var started = _time.GetTimestamp();
        if (!_allowPrivate && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            // Made while that was allowed.
            return new Outcome(null, "not_https", TimeSpan.Zero);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_patience);
        try
        {
            using var request = Request(url, secret, e);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            await ReadAwayAsync(answer, limit.Token);
            return new Outcome((int)answer.StatusCode, answer.IsSuccessStatusCode ? null : "refused", _time.GetElapsedTime(started));
        }
        catch (Exception x)
            when ((x is HttpRequestException or IOException or OperationCanceledException or UriFormatException)
                && !ct.IsCancellationRequested)
        {
            return new Outcome(null, Word(x), _time.GetElapsedTime(started));
        }
    }

    /// <summary>The signature of a message: <c>v1,</c> and HMAC-SHA256 in base64 over <c>id.timestamp.body</c>.</summary>
    internal static string Sign(byte[] secret, string id, string timestamp, byte[] body) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]))}";

    /// <summary><c>{type, timestamp, subject, sequence, data}</c>.</summary>
    internal static byte[] Body(Event e)
    {
        var buffer = new ArrayBufferWriter<byte>(e.Data.Length + 512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Platform.Http.Replies.Reply.Json.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("type", e.Type);
            json.WriteString("timestamp", e.OccurredAt.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("subject", e.Subject);
            json.WriteNumber("sequence", e.Sequence);
            json.WritePropertyName("data");
            e.ReadData().WriteTo(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private HttpRequestMessage Request(string url, byte[] secret, Event e)
    {
        var body = Body(e);
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", e.Id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", Sign(secret, e.Id, timestamp, body));
        request.Headers.UserAgent.ParseAdd("Holdfast-Webhooks/1");
        return request;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        IPAddress[] addresses;
        try
        {
            addresses = await _resolve(context.DnsEndPoint.Host.Trim('[', ']'), ct);
        }
        catch (SocketException e)
        {
            throw new WebhookException("unresolved", e);
        }

        // One private address among public ones is reason enough: somebody wants to get inside.
        if (addresses.Length == 0 || (!_allowPrivate && Array.Exists(addresses, a => !Addresses.IsPublic(a.GetAddressBytes()))))
        {
            throw new WebhookException(addresses.Length == 0 ? "unresolved" : "private_address", null);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task ReadAwayAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(ct);
            int read, total = 0;
            while ((read = await stream.ReadAsync(buffer, ct)) > 0 && (total += read) < MaxAnswerBytes)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Word(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is WebhookException { Message: var word })
            {
                return word;
            }

            if (inner is AuthenticationException)
            {
                return "tls_failed";
            }
        }

        return e is OperationCanceledException ? "timeout" : "connection_failed";
    }

    private sealed class WebhookException(string word, Exception? inner) : IOException(word, inner);
}

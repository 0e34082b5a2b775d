using System.Net;
using System.Text;

namespace Holdfast.Tests.Client;

/// <summary>What becomes of an attempt.</summary>
/// <param name="send">Sends it to the server.</param>
internal delegate Task<HttpResponseMessage> Act(HttpRequestMessage request, Func<Task<HttpResponseMessage>> send, CancellationToken ct);

/// <summary>What a network does to a call: each attempt is answered by the next act, those after the last one by the last.</summary>
internal sealed class FlakyTransport(params Act[] acts) : DelegatingHandler(new SocketsHttpHandler())
{
    /// <summary>The Idempotency-Key of each attempt; empty where it had none.</summary>
    public List<string> Keys { get; } = [];

    public int Attempts => Keys.Count;

    /// <summary>The server's own answer.</summary>
    public static Task<HttpResponseMessage> Serve(HttpRequestMessage request, Func<Task<HttpResponseMessage>> send, CancellationToken ct) =>
        send();

    /// <summary>The server has done it, and its answer does not arrive.</summary>
    public static async Task<HttpResponseMessage> LoseAnswer(HttpRequestMessage request, Func<Task<HttpResponseMessage>> send,
        CancellationToken ct)
    {
        (await send()).Dispose();
        throw new HttpRequestException("the connection was reset");
    }

    /// <summary>Nothing comes, until the caller gives up.</summary>
    public static async Task<HttpResponseMessage> Hang(HttpRequestMessage request, Func<Task<HttpResponseMessage>> send,
        CancellationToken ct)
    {
        await Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, ct);
        throw new InvalidOperationException("an endless wait has ended");
    }

    /// <summary>An answer of another's making.</summary>
    public static Act Answer(int status, string body = "", string type = "application/problem+json", int? retryAfter = null) =>
        (request, _, _) =>
        {
            var answer = new HttpResponseMessage((HttpStatusCode)status)
            {
                RequestMessage = request,
                Content = new StringContent(body, Encoding.UTF8, type),
            };
            if (retryAfter is { } seconds)
            {
                answer.Headers.Add("Retry-After", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            return Task.FromResult(answer);
        };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Keys.Add(request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : "");
        return acts[Math.Min(Attempts, acts.Length) - 1](request, () => base.SendAsync(request, cancellationToken),
            cancellationToken);
    }
}

using System.IO.Pipelines;
using System.Text;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Http;

/// <summary>
/// What is no HTTP never gets to the application: Kestrel refuses it with a status and no body. Here, on the connection, that answer
/// becomes a problem document like any other. A version of HTTP that we do not speak counts as malformed, too: no bytes of a caller's make
/// a 5xx.
/// </summary>
internal static class MalformedRequests
{
    public static readonly Error Malformed = new(400, "malformed_request", "This is not a well-formed HTTP/1.1 request.",
        "Yêu cầu HTTP/1.1 không hợp lệ.");
    public static readonly Error UriTooLong = new(414, "uri_too_long", "The request line is too long.", "Dòng yêu cầu quá dài.");
    public static readonly Error HeadersTooLarge = new(431, "headers_too_large", "The request has too many or too large headers.",
        "Yêu cầu có quá nhiều header hoặc header quá lớn.");

    /// <summary>Puts itself between Kestrel and the socket of every connection.</summary>
    public static void Use(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Transport = new Duplex(connection.Transport.Input, new Answers(connection.Transport.Output));
        return next(connection);
    });

    /// <summary>
    /// Whether two servers could disagree about where the body ends (RFC 9112, 6.1 and 6.3): a length beside chunks, which Kestrel keeps
    /// under another name, or a coding besides chunks, which nobody here undoes. Through a proxy such a request may smuggle another one.
    /// </summary>
    public static bool IsAmbiguous(HttpRequest request) => request.Headers.TransferEncoding is { Count: > 0 } codings
        && (request.Headers.ContainsKey("X-Content-Length")
        || !string.Equals(codings.ToString().Trim(), "chunked", StringComparison.OrdinalIgnoreCase));

    /// <summary>The answer with a body in place of one without; null where the bytes are anything else.</summary>
    internal static byte[]? WithBody(ReadOnlySpan<byte> answer)
    {
        // The application never answers an error without a body, so only Kestrel's own answers look like this.
        if (!(answer.StartsWith("HTTP/1.1 4"u8) || answer.StartsWith("HTTP/1.1 505"u8)) || answer.IndexOf("\r\nContent-Length: 0\r\n"u8) < 0
            || answer.IndexOf("\r\nConnection: close\r\n"u8) < 0 || !answer.EndsWith("\r\n\r\n"u8))
        {
            return null;
        }

        var lines = Encoding.ASCII.GetString(answer).Split("\r\n");
        var error = lines[0]
            .Split(' ')[1] switch
        {
            "408" => Errors.RequestTimeout,
            "413" => Errors.TooLarge,
            "414" => UriTooLong,
            "431" => HeadersTooLarge,
            _ => Malformed
        };
        var trace = TraceIds.Of(null);
        var body = Problem.Body(error, vietnamese: false, trace);
        lines[0] = error.Status == 400 ? "HTTP/1.1 400 Bad Request" : lines[0];
        var head = string.Join("\r\n", lines)
            .Replace("\r\nContent-Length: 0\r\n",
            $"\r\nContent-Length: {body.Length}\r\nContent-Type: application/problem+json\r\n{SecurityHeaders.Lines}",
            StringComparison.Ordinal);
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Answers(PipeWriter inner) : PipeWriter
    {
        /// <summary>More than a refusal of Kestrel's takes, with its body.</summary>
        private const int MaxAnswer = 2048;

        private Memory<byte> _lent;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        // Where earlier answers have left a few bytes of a block, Kestrel would write the head of one in two pieces, and neither would be
        // known again.
        public override Memory<byte> GetMemory(int sizeHint = 0) => _lent = inner.GetMemory(Math.Max(sizeHint, MaxAnswer));

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            if (WithBody(_lent.Span[..bytes]) is { } whole && whole.Length <= _lent.Length)
            {
                whole.CopyTo(_lent.Span);
                bytes = whole.Length;
            }

            inner.Advance(bytes);
            // Kestrel may go on in the same memory: head and body are two steps.
            _lent = _lent[bytes..];
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(source, cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}

using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Tests.Fixtures;

/// <summary>What came back: the status, the content type, and the body as text.</summary>
internal sealed record RawAnswer(int Status, string ContentType, string Body);

/// <summary>Sends bytes as they are over one connection that is kept while the server keeps it, and reads whole answers.</summary>
internal sealed class RawClient(Uri address) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];

    private TcpClient? _tcp;
    private NetworkStream? _stream;
    private int _length;

    /// <summary>The answer to the request; null where the server ended the connection without one.</summary>
    /// <param name="isHead">Whether the answer has no body, whatever its headers say.</param>
    /// <param name="isCutOff">Whether nothing more will be sent, although the request's headers promise more.</param>
    public async Task<RawAnswer?> SendAsync(byte[] request, bool isHead, bool isCutOff, CancellationToken ct)
    {
        if (_tcp is null)
        {
            _tcp = new TcpClient { NoDelay = true };
            await _tcp.ConnectAsync(address.Host, address.Port, ct);
            (_stream, _length) = (_tcp.GetStream(), 0);
        }

        try
        {
            await _stream!.WriteAsync(request, ct);
            if (isCutOff)
            {
                _tcp.Client.Shutdown(SocketShutdown.Send);
            }

            var answer = await ReadAsync(isHead, ct);
            if (isCutOff || answer is null)
            {
                Close();
            }

            return answer;
        }
        catch (IOException)
        {
            // The server has ended the connection: it may, after what is no HTTP.
            Close();
            return null;
        }
    }

    public void Dispose() => Close();

    private void Close()
    {
        _tcp?.Dispose();
        _tcp = null;
    }

    private async Task<RawAnswer?> ReadAsync(bool isHead, CancellationToken ct)
    {
        int end;
        while ((end = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await MoreAsync(ct))
            {
                return null;
            }
        }

        var head = Encoding.Latin1.GetString(_buffer, 0, end);
        var status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
        Drop(end + 4);
        if (status == 100)
        {
            return await ReadAsync(isHead, ct);
        }

        var length = isHead || status is 204 or 304 ? 0 : int.Parse(Header(head, "Content-Length") ?? "0", CultureInfo.InvariantCulture);
        var body = new StringBuilder();
        for (var left = length; left > 0;)
        {
            if (_length == 0 && !await MoreAsync(ct))
            {
                return null;
            }

            var some = Math.Min(left, _length);
            body.Append(Encoding.Latin1.GetString(_buffer, 0, some));
            Drop(some);
            left -= some;
        }

        if (Header(head, "Connection") == "close")
        {
            Close();
        }

        return new RawAnswer(status, Header(head, "Content-Type") ?? "", body.ToString());
    }

    private async Task<bool> MoreAsync(CancellationToken ct)
    {
        if (_length == _buffer.Length)
        {
            throw new InvalidOperationException("The head of an answer is larger than 64 KiB.");
        }

        var read = await _stream!.ReadAsync(_buffer.AsMemory(_length), ct);
        _length += read;
        return read > 0;
    }

    private void Drop(int count)
    {
        _length -= count;
        Array.Copy(_buffer, count, _buffer, 0, _length);
    }

    private static string? Header(string head, string name)
    {
        var at = head.IndexOf($"\r\n{name}: ", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : head[(at + name.Length + 4)..].Split("\r\n", 2)[0];
    }
}

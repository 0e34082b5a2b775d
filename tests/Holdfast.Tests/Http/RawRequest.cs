using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Tests.Http;

/// <summary>A request as it is on the wire: no client evens out its target or joins its headers.</summary>
internal static class RawRequest
{
    internal sealed record Answer(int Status, string Head, string Body)
    {
        /// <summary>The code of a problem document.</summary>
        public string? Code => Body.StartsWith('{') && JsonNode.Parse(Body)!["code"] is { } code ? code.GetValue<string>() : null;

        public bool IsReplay => Head.Contains("\r\nIdempotency-Replayed: true\r\n", StringComparison.OrdinalIgnoreCase);
    }

    public static async Task<Answer> SendAsync(Uri server, string method, string target, byte[] body,
        params (string Name, string Value)[] headers)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        var lines = headers.Prepend(("Host", server.Authority)).Append(("Content-Type", "application/json"))
            .Append(("Content-Length", $"{body.Length}")).Append(("Connection", "close")).Select(h => $"{h.Item1}: {h.Item2}\r\n");
        byte[] request = [.. Encoding.Latin1.GetBytes($"{method} {target} HTTP/1.1\r\n{string.Concat(lines)}\r\n"), .. body];
        await stream.WriteAsync(request, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return new Answer(int.Parse(text.Split(' ')[1], null), text[..(end + 2)], text[(end + 4)..]);
    }
}

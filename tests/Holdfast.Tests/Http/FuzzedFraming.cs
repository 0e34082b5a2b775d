using System.Globalization;
using System.Text;

namespace Holdfast.Tests.Http;

/// <summary>Other ways to say where a body ends: in chunks, after a 100, and wrongly.</summary>
internal static class FuzzedFraming
{
    private static readonly string[] Lengths = ["-1", "1e9", "x", "", "0x10", "99999999999999999999", "+5", "5, 5", "\u0661"];

    private static readonly string[] Codings = ["gzip", "identity", "chunked, chunked", "x", "", "CHUNKED, gzip", "\u000bchunked"];

    private static readonly string[] Sizes = ["80000000", "7FFFFFFFFFFFFFFF", "-1", "zz", "", "FFFFFFFFFFFFFFFFF", "1;x=\0", " 5"];

    /// <summary>The body as it goes out, and whether the headers say wrong things about it.</summary>
    public static (byte[] Body, bool IsMalformed) Apply(Random random, Dictionary<string, string> headers, byte[] body)
    {
        switch (random.Next(8))
        {
            case 0:
                headers["Expect"] = "100-continue";
                return (body, false);
            case 1:
                headers["Content-Length"] = Lengths[random.Next(Lengths.Length)];
                return (body, true);
            case 2:
                headers["Content-Length"] = (body.Length + random.Next(1, 100)).ToString(CultureInfo.InvariantCulture);
                return (body, true);
            case 3:
                headers["Content-Length"] = random.Next(body.Length + 1).ToString(CultureInfo.InvariantCulture);
                return (body, true);
            case 4:
                headers["Transfer-Encoding"] = Codings[random.Next(Codings.Length)];
                return (body, true);
            case 5:
                headers.Remove("Content-Length");
                headers["Transfer-Encoding"] = "chunked";
                return ([.. Encoding.Latin1.GetBytes($"{Sizes[random.Next(Sizes.Length)]}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8], true);
            case 6:
                // Both are there: the request may be taken or refused, and nothing may follow it.
                headers["Transfer-Encoding"] = "chunked";
                return (Chunks(random, body), true);
            default:
                headers.Remove("Content-Length");
                headers["Transfer-Encoding"] = "chunked";
                return (Chunks(random, body), false);
        }
    }

    private static byte[] Chunks(Random random, byte[] body)
    {
        var chunks = new List<byte>();
        for (var at = 0; at < body.Length;)
        {
            var size = Math.Min(random.Next(1, 400), body.Length - at);
            chunks.AddRange(Encoding.Latin1.GetBytes($"{size:x}{(random.Next(9) == 0 ? ";name=value" : "")}\r\n"));
            chunks.AddRange(body[at..(at + size)]);
            chunks.AddRange("\r\n"u8);
            at += size;
        }

        return [.. chunks, .. "0\r\n"u8, .. random.Next(9) == 0 ? "Trailer: x\r\n\r\n"u8 : "\r\n"u8];
    }
}

using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Platform.Http.Bodies;

/// <summary>Reads the bytes of a body, never more than allowed, whether compressed or decompressed.</summary>
internal static class RequestBody
{
    /// <summary>
    /// 413 beyond <paramref name="maxBytes"/>, 415 for an unknown encoding, 400 if the body is not in the encoding that it names.
    /// </summary>
    public static async ValueTask<Result<ReadOnlyMemory<byte>>> ReadAsync(HttpRequest request, int maxBytes, TimeSpan within)
    {
        var encoding = request.Headers.ContentEncoding.ToString().Trim();
        var isPacked = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase)
            || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase);
        if (!isPacked && encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return Errors.UnsupportedEncoding;
        }

        var body = await BytesAsync(request, maxBytes, within);
        return body.IsOk && isPacked && !body.Value.IsEmpty ? await UnpackAsync(body.Value, maxBytes, request.HttpContext.RequestAborted)
            : body;
    }

    private static Error TooLarge(int maxBytes) => Errors.TooLarge.With("maxBytes", maxBytes);

    private static async ValueTask<Result<ReadOnlyMemory<byte>>> BytesAsync(HttpRequest request, int maxBytes, TimeSpan within)
    {
        if (request.ContentLength > maxBytes)
        {
            return TooLarge(maxBytes);
        }

        var reader = request.BodyReader;
        using var timed = new TimedBody(request.HttpContext, within);
        while (true)
        {
            var read = await timed.ReadAsync();
            if (read.Buffer.Length > maxBytes)
            {
                // What was read is given back, or the server could not read away the rest and would cut the connection before the answer.
                reader.AdvanceTo(read.Buffer.End);
                return TooLarge(maxBytes);
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return (ReadOnlyMemory<byte>)body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Decompresses, and stops as soon as more comes out than is allowed: a few bytes may hold a thousand times as many.</summary>
    private static async ValueTask<Result<ReadOnlyMemory<byte>>> UnpackAsync(ReadOnlyMemory<byte> packed, int maxBytes,
        CancellationToken ct)
    {
        var buffer = new byte[maxBytes + 1];
        var length = 0;
        try
        {
            using var stream = new GZipStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
            while (length < buffer.Length && await stream.ReadAsync(buffer.AsMemory(length), ct) is > 0 and var read)
            {
                length += read;
            }
        }
        catch (InvalidDataException)
        {
            return Errors.InvalidEncoding;
        }

        return length > maxBytes ? TooLarge(maxBytes) : (ReadOnlyMemory<byte>)buffer.AsMemory(0, length);
    }
}

using System.Text;
using System.Text.Unicode;
using Holdfast.Commands.Tables.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Tables;

/// <summary>
/// Opens a text file in its encoding: a byte order mark decides, else <c>--encoding</c>, else it is UTF-8. A file that is none of these is
/// refused with one sentence, because nobody can tell Windows-1258 from Windows-1252 by the bytes alone.
/// </summary>
internal static class TextFile
{
    private const int ChunkSize = 1 << 16;

    /// <summary>The reader of <paramref name="stream"/>, which it owns from here on; bytes that are no characters become U+FFFD.</summary>
    /// <exception cref="StartupException">The encoding is unknown, or the file has another one.</exception>
    public static StreamReader Open(FileStream stream, string name, string? encoding)
    {
        var head = new byte[Math.Min(4096, stream.Length)];
        stream.ReadExactly(head);
        stream.Position = 0;
        var (found, mark) = ByMark(head);
        found ??= encoding is not null ? Named(encoding) : AsUtf8(stream, name, head);
        stream.Position = mark;
        return new StreamReader(stream, found, detectEncodingFromByteOrderMarks: false, ChunkSize);
    }

    private static (Encoding? Encoding, int Length) ByMark(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? (Encoding.UTF8, 3)
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]) ? (Encoding.UTF32, 4)
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? (Encoding.Unicode, 2)
        : head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? (Encoding.BigEndianUnicode, 2)
        : (null, 0);

    private static Encoding Named(string name)
    {
        var known = name.ToLowerInvariant() switch
        {
            "utf8" => "utf-8",
            "utf-16le" or "utf16" => "utf-16",
            "utf-16be" => "utf-16BE",
            ['c', 'p', .. var page] => $"windows-{page}",
            var other => other,
        };
        try
        {
            return Encoding.GetEncoding(known);
        }
        catch (ArgumentException)
        {
            throw new StartupException($"--encoding: '{name}' is not known; there are utf-8, utf-16le, utf-16be, windows-1258 "
                + $"(Vietnamese), windows-1252 (Western) and others.");
        }
    }

    private static UTF8Encoding AsUtf8(FileStream stream, string name, byte[] head)
    {
        if (WideName(head) is { } wide)
        {
            throw new StartupException($"{name} looks like UTF-16 without a byte order mark: save it as UTF-8, or say --encoding={wide}.");
        }

        var (hasUtf8, line, bad) = Scan(stream);
        // With valid UTF-8 elsewhere, single bytes are damaged: only their rows are refused.
        return bad is null || hasUtf8 ? new UTF8Encoding(false)
            : throw new StartupException($"{name} line {line} is not UTF-8: say --encoding=windows-1258 where "
                + $"'{Excerpt(bad, "windows-1258")}' is right, "
                + $"--encoding=windows-1252 where '{Excerpt(bad, "windows-1252")}' is, or save the file as UTF-8.");
    }

    // Every second byte of a Latin text in UTF-16 is 0; no other text has many of them.
    private static string? WideName(byte[] head)
    {
        var (even, odd) = (0, 0);
        for (var i = 0; i < head.Length; i++)
        {
            (even, odd) = head[i] != 0 ? (even, odd) : (i & 1) == 0 ? (even + 1, odd) : (even, odd + 1);
        }

        return head.Length < 8 ? null : odd > head.Length / 4 && even < odd / 4 ? "utf-16le" : even > head.Length / 4 && odd < even / 4
            ? "utf-16be" : null;
    }

    /// <summary>Whether a line has characters beyond ASCII in UTF-8, and the first line that is not UTF-8.</summary>
    private static (bool HasUtf8, int Line, byte[]? Bad) Scan(FileStream stream)
    {
        var (buffer, kept, lines, hasUtf8, badLine, bad) = (new byte[ChunkSize], 0, 0, false, 0, (byte[]?)null);
        for (var atEnd = false; !atEnd;)
        {
            var read = stream.Read(buffer, kept, buffer.Length - kept);
            (atEnd, kept) = (read == 0, kept + read);
            var whole = atEnd ? kept : buffer.AsSpan(0, kept).LastIndexOf((byte)'\n') + 1;
            if (whole == 0 && !atEnd)
            {
                Array.Resize(ref buffer, kept == buffer.Length ? kept * 2 : buffer.Length);
                continue;
            }

            foreach (var range in buffer.AsSpan(0, whole).Split((byte)'\n'))
            {
                var line = buffer.AsSpan(0, whole)[range];
                var isUtf8 = Utf8.IsValid(line);
                hasUtf8 |= isUtf8 && !Ascii.IsValid(line);
                if (!isUtf8 && bad is null)
                {
                    (bad, badLine) = (line.ToArray(), lines + 1);
                }

                lines += range.End.GetOffset(whole) == whole ? 0 : 1;
            }

            buffer.AsSpan(whole, kept - whole).CopyTo(buffer);
            kept -= whole;
        }

        return (hasUtf8, badLine, bad);
    }

    /// <summary>The first word of a line that has a character beyond ASCII, in an encoding.</summary>
    private static string Excerpt(byte[] line, string encoding)
    {
        var text = VietnameseTones.Compose(Encoding.GetEncoding(encoding).GetString(line)).Trim();
        var at = text.AsSpan().IndexOfAnyExceptInRange('\0', '\u007F');
        var start = Math.Max(0, at - 10);
        return string.Concat(text.AsSpan(start, Math.Min(24, text.Length - start)).ToString().Select(c => char.IsControl(c) ? '?' : c))
            .Trim(',', ';', ' ');
    }
}

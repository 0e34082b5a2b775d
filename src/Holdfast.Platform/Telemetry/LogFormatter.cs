using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Telemetry;

/// <summary>
/// Makes log lines, each with exactly one line break, at its end, whatever the values hold; the lines of an exception in the text format
/// are indented instead. Holds a buffer: one per thread.
/// </summary>
internal sealed class LogFormatter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json;

    public LogFormatter() =>
        _json = new Utf8JsonWriter(_buffer,
        new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public ReadOnlySpan<byte> Request(LogFormat format, in RequestLine line)
    {
        _buffer.ResetWrittenCount();
        if (format == LogFormat.Json)
        {
            _json.Reset();
            _json.WriteStartObject();
            _json.WriteString("time"u8, line.Time);
            _json.WriteString("level"u8, "info"u8);
            _json.WriteString("message"u8, "request"u8);
            _json.WriteString("method"u8, line.Method);
            _json.WriteString("path"u8, line.Path);
            _json.WriteNumber("status"u8, line.Status);
            _json.WriteNumber("durationMs"u8, Math.Round(line.Milliseconds, 3));
            _json.WriteString("traceId"u8, line.TraceId);
            return EndObject();
        }

        Start(line.Time, LogLevel.Information);
        Clean(line.Method);
        _buffer.Write(" "u8);
        Clean(line.Path);
        Number($" {line.Status} {line.Milliseconds:F3} ms ");
        Clean(line.TraceId);
        _buffer.Write("\n"u8);
        return _buffer.WrittenSpan;
    }

    public ReadOnlySpan<byte> Message(
        LogFormat format, DateTime time, LogLevel level, string category, string text, Exception? exception,
        IReadOnlyList<KeyValuePair<string, object?>>? values)
    {
        _buffer.ResetWrittenCount();
        if (format == LogFormat.Json)
        {
            _json.Reset();
            _json.WriteStartObject();
            _json.WriteString("time"u8, time);
            _json.WriteString("level"u8, Name(level));
            _json.WriteString("message"u8, text);
            _json.WriteString("category"u8, category);
            foreach (var (name, value) in values ?? [])
            {
                if (name is { Length: > 0 } and not "{OriginalFormat}")
                {
                    Value(JsonNamingPolicy.CamelCase.ConvertName(name), value);
                }
            }

            if (exception is not null)
            {
                _json.WriteString("exception"u8, exception.ToString());
            }

            return EndObject();
        }

        Start(time, level);
        Clean(text);
        _buffer.Write("  ["u8);
        Clean(category);
        _buffer.Write("]\n"u8);
        foreach (var line in exception?.ToString().Split('\n') ?? [])
        {
            _buffer.Write("    "u8);
            Clean(line.TrimEnd());
            _buffer.Write("\n"u8);
        }

        return _buffer.WrittenSpan;
    }

    public void Dispose() => _json.Dispose();

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    private ReadOnlySpan<byte> EndObject()
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        return _buffer.WrittenSpan;
    }

    private void Value(string name, object? value)
    {
        switch (value)
        {
            case null:
                _json.WriteNull(name);
                break;
            case int n:
                _json.WriteNumber(name, n);
                break;
            case long n:
                _json.WriteNumber(name, n);
                break;
            case double d when double.IsFinite(d):
                _json.WriteNumber(name, d);
                break;
            case bool b:
                _json.WriteBoolean(name, b);
                break;
            default:
                _json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private void Start(DateTime time, LogLevel level)
    {
        var span = _buffer.GetSpan(40);
        time.TryFormat(span, out var written, "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        _buffer.Advance(written);
        _buffer.Write(level switch
        {
            LogLevel.Information => " info  "u8,
            LogLevel.Warning => " warn  "u8,
            LogLevel.Debug =>
            " debug "u8,
            LogLevel.Trace => " trace "u8,
            _ => " ERROR "u8
        });
    }

    private void Number(FormattableString text) => Clean(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>Text as it is, but for control characters and line separators, which become their escapes.</summary>
    private void Clean(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var clean = 0;
            while (clean < text.Length && !char.IsControl(text[clean]) && text[clean] is not ('\u2028' or '\u2029'))
            {
                clean++;
            }

            _buffer.Advance(Encoding.UTF8.GetBytes(text[..clean], _buffer.GetSpan(clean * 3)));
            if (clean < text.Length)
            {
                Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)text[clean]:x4}"), _buffer);
                clean++;
            }

            text = text[clean..];
        }
    }
}

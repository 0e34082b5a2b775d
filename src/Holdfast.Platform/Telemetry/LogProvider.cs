using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Telemetry;

/// <summary>The framework's logging, written through a <see cref="LogSink"/>, and the lines about requests.</summary>
public sealed class LogProvider(LogFormat format, Stream target, TimeProvider time) : ILoggerProvider
{
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";
    private const int StartFailed = 11;

    [ThreadStatic]
    private static LogFormatter? _formatter;

    private readonly LogSink _sink = new(target, count =>
    {
        using var formatter = new LogFormatter();
        return formatter.Message(format, time.GetUtcNow().UtcDateTime, LogLevel.Warning, "log",
            $"{count} lines were dropped here: the log is read too slowly", null, null).ToArray();
    });

    private static LogFormatter Formatter => _formatter ??= new LogFormatter();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Logs a request that has been answered.</summary>
    public void Request(string method, string path, int status, double milliseconds, string traceId) =>
        _sink.Write(Formatter.Request(format, new RequestLine(time.GetUtcNow().UtcDateTime, method, path, status, milliseconds, traceId)));

    public void Flush() => _sink.Flush();

    public void Dispose() => _sink.Dispose();

    private sealed class Logger(LogProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            // A start that failed is told once, in one line, by the command that failed.
            if (eventId.Id == StartFailed && category == HostCategory)
            {
                return;
            }

            provider._sink.Write(
                Formatter.Message(format: provider.Format, provider.Now, logLevel, category, formatter(state, exception), exception,
                state as IReadOnlyList<KeyValuePair<string, object?>>));
        }
    }

    private LogFormat Format => format;

    private DateTime Now => time.GetUtcNow().UtcDateTime;
}

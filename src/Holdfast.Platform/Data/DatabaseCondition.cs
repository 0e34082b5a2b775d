using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Data;

/// <summary>
/// Keeps the log to one line when the database becomes unusable, however many callers notice, and one when it works again.
/// </summary>
public sealed class DatabaseCondition
{
    private const int MaxReasons = 20;
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _told = [];
    private volatile string? _trouble;
    private ILogger? _log;
    private long _since;

    /// <summary>
    /// Something failed because of the database's state: logged unless the same state was logged within the last minute. Several callers
    /// may see several.
    /// </summary>
    /// <param name="state">Which state; null: as the exception says it.</param>
    public void Note(ILogger log, Exception e, string? state = null)
    {
        var reason = e.Message.ReplaceLineEndings(" ");
        var trouble = state ?? reason;
        lock (_gate)
        {
            _since = _trouble is null ? Stopwatch.GetTimestamp() : _since;
            (_trouble, _log) = (trouble, log);
            if (_told.TryGetValue(trouble, out var at) ? Stopwatch.GetElapsedTime(at) < RepeatAfter : _told.Count >= MaxReasons)
            {
                return;
            }

            _told[trouble] = Stopwatch.GetTimestamp();
        }

        log.LogError("The database cannot be used now, callers get 503: {Reason}", reason);
    }

    /// <summary>Something was committed: logged where it did not work before.</summary>
    /// <param name="begun">When, as a <see cref="Stopwatch"/> counts. What had begun before the trouble says nothing about it.</param>
    public void Works(long begun = long.MaxValue)
    {
        if (_trouble is null)
        {
            return;
        }

        TimeSpan lasted;
        lock (_gate)
        {
            if (_trouble is null || begun < _since)
            {
                return;
            }

            (_trouble, lasted) = (null, Stopwatch.GetElapsedTime(_since));
            _told.Clear();
        }

        _log?.LogInformation("The database works again, after {Seconds} s", (long)lasted.TotalSeconds);
    }
}

using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Data;

/// <summary>Logs one line when the database becomes unusable, however many callers notice, and one line when it works again.</summary>
public sealed class DatabaseCondition
{
    private const int MaxReasons = 20;
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _loggedAt = [];
    private volatile string? _condition;
    private ILogger? _log;
    private long _since;

    /// <summary>
    /// Notes a failure that the database's state caused. It is logged unless the same state was logged within the last minute. Several
    /// callers may notice several states.
    /// </summary>
    /// <param name="state">The state; null: as the exception says it.</param>
    public void Note(ILogger log, Exception e, string? state = null)
    {
        var reason = e.Message.ReplaceLineEndings(" ");
        var condition = state ?? reason;
        lock (_gate)
        {
            _since = _condition is null ? Stopwatch.GetTimestamp() : _since;
            (_condition, _log) = (condition, log);
            if (_loggedAt.TryGetValue(condition, out var at) ? Stopwatch.GetElapsedTime(at) < RepeatAfter : _loggedAt.Count >= MaxReasons)
            {
                return;
            }

            _loggedAt[condition] = Stopwatch.GetTimestamp();
        }

        log.LogError("The database cannot be used now, callers get 503: {Reason}", reason);
    }

    /// <summary>Notes a commit. It is logged if the database did not work before.</summary>
    /// <param name="begun">When the transaction began, as a <see cref="Stopwatch"/> counts. One that began before the failure says nothing
    /// about it.</param>
    public void Works(long begun = long.MaxValue)
    {
        if (_condition is null)
        {
            return;
        }

        TimeSpan lasted;
        lock (_gate)
        {
            if (_condition is null || begun < _since)
            {
                return;
            }

            (_condition, lasted) = (null, Stopwatch.GetElapsedTime(_since));
            _loggedAt.Clear();
        }

        _log?.LogInformation("The database works again, after {Seconds} s", (long)lasted.TotalSeconds);
    }
}

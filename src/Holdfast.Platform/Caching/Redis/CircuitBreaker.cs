using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Caching.Redis;

/// <summary>
/// Decides whether Redis is used. Closed: it is read and written. Open: nothing is sent to it. Half-open: it has answered, and the keys
/// that were invalidated are being dropped before it is read again. Each change between used and not used is logged once.
/// </summary>
internal sealed class CircuitBreaker(string where, ILogger log)
{
    private const int Open = 0;
    private const int HalfOpen = 1;
    private const int Closed = 2;

    private int _state = Open;
    private int _lastLogged = -1;
    private long _openedAt = Stopwatch.GetTimestamp();

    /// <summary>Redis is read and written.</summary>
    public bool IsClosed => Volatile.Read(ref _state) == Closed;

    /// <summary>Nothing is sent to Redis. When half-open, invalidated keys are already dropped from it.</summary>
    public bool IsOpen => Volatile.Read(ref _state) == Open;

    /// <summary>Opens the circuit: from now on nothing is sent to Redis.</summary>
    public void Trip(string reason)
    {
        Volatile.Write(ref _openedAt, Stopwatch.GetTimestamp());
        if (Interlocked.Exchange(ref _state, Open) == Closed)
        {
            SayDown(reason);
        }
    }

    /// <summary>Logs that Redis is not used, also when it was never reached.</summary>
    public void SayDown(string reason)
    {
        if (Interlocked.Exchange(ref _lastLogged, 0) != 0)
        {
            log.LogWarning("Redis at {Where} is not used: {Reason}. The database answers until it is back", where, reason);
        }
    }

    /// <summary>
    /// Call this when a ping has come back. If the ping was sent after the circuit opened, runs <paramref name="prepare"/> half-open and
    /// then closes the circuit. Returns whether this call closed it.
    /// </summary>
    public async Task<bool> CloseAsync(long sent, Func<Task<bool>> prepare)
    {
        if (sent <= Volatile.Read(ref _openedAt) || Interlocked.CompareExchange(ref _state, HalfOpen, Open) != Open)
        {
            return false;
        }

        try
        {
            if (await prepare() && Interlocked.CompareExchange(ref _state, Closed, HalfOpen) == HalfOpen)
            {
                if (Interlocked.Exchange(ref _lastLogged, 1) != 1)
                {
                    log.LogInformation("Redis at {Where} is used", where);
                }

                return true;
            }
        }
        catch (Exception e)
        {
            // The database may be away: the next ping that comes back tries again.
            log.LogDebug(e, "The invalidated keys cannot be read");
        }

        Interlocked.CompareExchange(ref _state, Open, HalfOpen);
        return false;
    }
}

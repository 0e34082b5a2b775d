using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Caching.Redis;

/// <summary>Whether Redis is used. Says so in the log once per change.</summary>
internal sealed class CircuitBreaker(string where, ILogger log)
{
    private const int IsOpen = 0;
    private const int IsClosing = 1;
    private const int Closed = 2;

    private int _state;
    private int _told = -1;
    private long _openedAt = Stopwatch.GetTimestamp();

    /// <summary>It is read and written.</summary>
    public bool IsClosed => Volatile.Read(ref _state) == Closed;

    /// <summary>It is written: what has become stale is dropped from it already.</summary>
    public bool Passes => Volatile.Read(ref _state) != IsOpen;

    /// <summary>From now on nothing is asked of it.</summary>
    public void Open(string reason)
    {
        Volatile.Write(ref _openedAt, Stopwatch.GetTimestamp());
        if (Interlocked.Exchange(ref _state, IsOpen) == Closed)
        {
            SayDown(reason);
        }
    }

    /// <summary>For a Redis that has not been there yet.</summary>
    public void SayDown(string reason)
    {
        if (Interlocked.Exchange(ref _told, 0) != 0)
        {
            log.LogWarning("Redis at {Where} is not used: {Reason}. The database answers until it is back", where, reason);
        }
    }

    /// <summary>
    /// A message sent at that time has made the round: if that was after the opening, does what must be done first and closes. True: now it
    /// is closed.
    /// </summary>
    public async Task<bool> CloseAsync(long sent, Func<Task<bool>> prepare)
    {
        if (sent <= Volatile.Read(ref _openedAt) || Interlocked.CompareExchange(ref _state, IsClosing, IsOpen) != IsOpen)
        {
            return false;
        }

        try
        {
            if (await prepare() && Interlocked.CompareExchange(ref _state, Closed, IsClosing) == IsClosing)
            {
                if (Interlocked.Exchange(ref _told, 1) != 1)
                {
                    log.LogInformation("Redis at {Where} is used", where);
                }

                return true;
            }
        }
        catch (Exception e)
        {
            // The database is away, perhaps: the next message that makes the round tries again.
            log.LogDebug(e, "What became stale cannot be read");
        }

        Interlocked.CompareExchange(ref _state, IsOpen, IsClosing);
        return false;
    }
}

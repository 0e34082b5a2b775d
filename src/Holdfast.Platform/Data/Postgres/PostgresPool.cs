using Npgsql;

namespace Holdfast.Platform.Data.Postgres;

/// <summary>
/// The connections of one kind of work. When one of them falls silent, the whole pool is abandoned: its idle connections have most likely
/// fallen silent too, and the unanswered ones keep their places until the network reports them as broken, which may take a quarter of an
/// hour.
/// </summary>
/// <param name="isPatient">Whether a statement may take any time.</param>
/// <param name="probe">Set for work whose statements may take long.</param>
internal sealed class PostgresPool(string connectionString, DbWork work, bool isPatient, PostgresProbe? probe) : IAsyncDisposable
{
    // Callers have already waited for the unanswered statement, and must get an answer within 5 s.
    private static readonly TimeSpan ReconnectWithin = TimeSpan.FromSeconds(1.5);

    private readonly Lock _gate = new();
    private PostgresPool[] _together = [];
    private NpgsqlDataSource? _untried;
    private NpgsqlDataSource _current = NpgsqlDataSource.Create(connectionString);

    /// <summary>Pools that are used for one answer: a silence in one of them abandons all of them, so that the caller waits once.</summary>
    public static void Join(params PostgresPool[] pools) => Array.ForEach(pools, pool => pool._together = pools);

    /// <summary>
    /// Returns a connection. Throws <see cref="ConnectionsUsedUpException"/> if none becomes free in time,
    /// <see cref="NoConnectionException"/> if none can be made in time.
    /// </summary>
    public async Task<PostgresConnection> ConnectAsync(CancellationToken ct)
    {
        while (true)
        {
            var source = Volatile.Read(ref _current);
            try
            {
                var connection = source == Volatile.Read(ref _untried) ? await OpenSoonAsync(source, ct)
                    : await source.OpenConnectionAsync(ct);
                var limit = isPatient ? Timeout.InfiniteTimeSpan : CurrentWork.StatementLimit(work);
                return new PostgresConnection(connection, () => LeaveTogether(source), limit, CurrentWork.CommitLimit(work), probe);
            }
            catch (ObjectDisposedException) when (source != Volatile.Read(ref _current))
            {
                // It has been left since.
            }
            catch (NpgsqlException e) when (e.InnerException is TimeoutException && e.Message.Contains("pool", StringComparison.Ordinal))
            {
                throw new ConnectionsUsedUpException(e);
            }
            catch (Exception e) when (e is TimeoutException or NpgsqlException { InnerException: TimeoutException })
            {
                throw new NoConnectionException(e);
            }
        }
    }

    /// <summary>Returns a connection whose statements may take any time.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken ct) => Volatile.Read(ref _current).OpenConnectionAsync(ct);

    public ValueTask DisposeAsync() => Volatile.Read(ref _current).DisposeAsync();

    /// <summary>
    /// Opens the first connections after a silence. A connection that comes too late is closed, because the driver does not stop opening
    /// it.
    /// </summary>
    private async ValueTask<NpgsqlConnection> OpenSoonAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        var opening = source.OpenConnectionAsync(ct).AsTask();
        try
        {
            var connection = await opening.WaitAsync(ReconnectWithin, ct);
            Interlocked.CompareExchange(ref _untried, null, source);
            return connection;
        }
        catch (TimeoutException e) when (!opening.IsCompleted)
        {
            _ = CloseAfterAsync(opening);
            throw new NoConnectionException(e);
        }
    }

    private static async Task CloseAfterAsync(Task<NpgsqlConnection> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            var late = await opening;
            await late.DisposeAsync();
        }
    }

    private void LeaveTogether(NpgsqlDataSource source)
    {
        var others = Array.ConvertAll(_together, pool => (Pool: pool, Source: Volatile.Read(ref pool._current)));
        if (Leave(source))
        {
            // This pool is among them, and has left that source already.
            Array.ForEach(others, other => other.Pool.Leave(other.Source));
        }
    }

    // Connections of it that are in use stay open, and are closed when they are returned.
    private bool Leave(NpgsqlDataSource source)
    {
        lock (_gate)
        {
            if (source != _current)
            {
                return false;
            }

            var next = NpgsqlDataSource.Create(connectionString);
            Volatile.Write(ref _untried, work == DbWork.Background ? null : next);
            Volatile.Write(ref _current, next);
        }

        source.Dispose();
        return true;
    }
}

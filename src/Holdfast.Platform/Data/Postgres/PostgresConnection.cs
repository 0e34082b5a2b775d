using System.Diagnostics;
using Npgsql;

namespace Holdfast.Platform.Data.Postgres;

/// <summary>
/// A connection of a pool whose server may fall silent: a caller waits for an answer no longer than the limit. A statement that has none by
/// then is not cancelled, since a cancelled COMMIT would be visible without being replicated; its connection is left alone until the answer
/// comes or the network reports it as broken, and nobody else gets it.
/// </summary>
/// <param name="probe">Where statements may take longer than a silence is borne: asked, from time to time, whether the server works
/// on this one.</param>
internal sealed class PostgresConnection(NpgsqlConnection connection, Action leavePool, TimeSpan statementLimit, TimeSpan commitLimit,
    PostgresProbe? probe) : IAsyncDisposable
{
    // Twice, with a server that does not answer, is ten seconds.
    private const int SilentAfter = 2;
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(3);

    private volatile Task? _unanswered;

    /// <summary>For each round trip of statements.</summary>
    public TimeSpan StatementLimit => statementLimit;

    public TimeSpan CommitLimit => commitLimit;

    /// <summary>
    /// Nobody waits any more for what was run: there is nothing to be done with its answer, and nothing to be sent after it.
    /// </summary>
    public bool IsAbandoned => _unanswered is not null;

    /// <summary>
    /// Runs the round trip; throws <see cref="SilentConnectionException"/> where it takes longer than the limit, or where the server does
    /// not work on it. One of several parts must not go on once <see cref="IsAbandoned"/> is true.
    /// </summary>
    public async Task RunAsync(Func<NpgsqlConnection, Task> roundTrip, TimeSpan limit)
    {
        if (_unanswered is not null)
        {
            throw new SilentConnectionException(limit);
        }

        var began = Stopwatch.GetTimestamp();
        var answer = roundTrip(connection);
        try
        {
            if (probe is null || limit == Timeout.InfiniteTimeSpan)
            {
                await answer.WaitAsync(limit);
            }
            else
            {
                await WaitWhileAtWorkAsync(answer, probe, limit);
            }
        }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            _unanswered = answer;
            leavePool();
            throw new SilentConnectionException(probe is null ? limit : Stopwatch.GetElapsedTime(began));
        }
    }

    /// <summary>
    /// Waits for the answer, up to the limit; asked several times in a row, the server must not say that it does something else.
    /// </summary>
    private async Task WaitWhileAtWorkAsync(Task answer, PostgresProbe asked, TimeSpan limit)
    {
        var began = Stopwatch.GetTimestamp();
        var silences = 0;
        while (true)
        {
            try
            {
                await answer.WaitAsync(silences < SilentAfter ? AskEvery : TimeSpan.Zero);
                return;
            }
            catch (TimeoutException) when (!answer.IsCompleted && silences < SilentAfter && Stopwatch.GetElapsedTime(began) < limit)
            {
                // Whether that is a silence, the server is asked.
            }

            silences = await asked.IsAtWorkAsync(connection.ProcessID) ? 0 : silences + 1;
        }
    }

    /// <summary>
    /// COMMIT, after the last statements. A warning of the server means that a standby may not have it: then the outcome is unknown.
    /// </summary>
    public async Task CommitAsync(IReadOnlyList<(string Sql, object?[] Args)> last, bool begin, TimeSpan limit)
    {
        PostgresNotice? warning = null;
        void Hear(object sender, NpgsqlNoticeEventArgs e) => warning = e.Notice.InvariantSeverity == "WARNING" ? e.Notice : warning;
        connection.Notice += Hear;
        try
        {
            await RunAsync(c => PostgresRunner.CommitAsync(c, last, begin), limit);
        }
        finally
        {
            connection.Notice -= Hear;
        }

        if (warning is not null)
        {
            throw new NotReplicatedException(warning.MessageText);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_unanswered is { } answer)
        {
            _ = CloseAfterAsync(answer);
            return;
        }

        await connection.DisposeAsync();
    }

    private async Task CloseAfterAsync(Task answer)
    {
        await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

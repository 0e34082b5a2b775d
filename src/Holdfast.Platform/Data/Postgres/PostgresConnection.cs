using System.Diagnostics;
using Npgsql;

namespace Holdfast.Platform.Data.Postgres;

/// <summary>
/// A connection of a pool whose server may fall silent: a caller waits for an answer only up to a limit. A statement that is not answered
/// by then is not cancelled, because a cancelled COMMIT would be visible without being replicated. Its connection is abandoned until the
/// answer comes or the network reports it as broken, and nobody else gets it.
/// </summary>
/// <param name="probe">For statements that may take longer than the limit: asks from time to time whether the server works on this
/// connection.</param>
internal sealed class PostgresConnection(NpgsqlConnection connection, Action leavePool, TimeSpan statementLimit, TimeSpan commitLimit,
    PostgresProbe? probe) : IAsyncDisposable
{
    // Twice, with a server that does not answer, is ten seconds.
    private const int SilentAfter = 2;
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(3);

    private volatile Task? _unanswered;

    /// <summary>The limit for each round trip of statements.</summary>
    public TimeSpan StatementLimit => statementLimit;

    public TimeSpan CommitLimit => commitLimit;

    /// <summary>Whether the caller has stopped waiting: the answer must be ignored, and nothing may be sent after it.</summary>
    public bool IsAbandoned => _unanswered is not null;

    /// <summary>
    /// Runs the round trip. Throws <see cref="SilentConnectionException"/> if it takes longer than the limit, or if the server does not
    /// work on it. A round trip of several parts must stop once <see cref="IsAbandoned"/> is true.
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
    /// Waits for the answer, up to the limit. The server is asked several times, and must never say that it does something else.
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
    /// Runs COMMIT after the last statements. A warning of the server means that a standby may not have the commit: the outcome is then
    /// unknown.
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

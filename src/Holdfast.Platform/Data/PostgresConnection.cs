using Npgsql;

namespace Holdfast.Platform.Data;

/// <summary>
/// A connection of a pool whose server may fall silent: a caller waits for an answer no longer than the limit. A statement that has none by then is not
/// cancelled, since a cancelled COMMIT would be visible without being replicated; its connection is left alone until the answer comes or the
/// network reports it as broken, and nobody else gets it.
/// </summary>
internal sealed class PostgresConnection(NpgsqlConnection connection, Action leavePool, TimeSpan statementLimit, TimeSpan commitLimit) : IAsyncDisposable
{
    private Task? _unanswered;

    /// <summary>For each round trip of statements.</summary>
    public TimeSpan StatementLimit => statementLimit;

    public TimeSpan CommitLimit => commitLimit;

    /// <summary>Runs the round trip; throws <see cref="SilentConnectionException"/> where it takes longer than the limit.</summary>
    public async Task RunAsync(Func<NpgsqlConnection, Task> roundTrip, TimeSpan limit)
    {
        if (_unanswered is not null)
        {
            throw new SilentConnectionException(limit);
        }

        var answer = roundTrip(connection);
        try
        {
            await answer.WaitAsync(limit).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            _unanswered = answer;
            leavePool();
            throw new SilentConnectionException(limit);
        }
    }

    /// <summary>COMMIT, after the last statements. A warning of the server means that a standby may not have it: then the outcome is unknown.</summary>
    public async Task CommitAsync(IReadOnlyList<(string Sql, object?[] Args)> last, bool begin, TimeSpan limit)
    {
        PostgresNotice? warning = null;
        void Hear(object sender, NpgsqlNoticeEventArgs e) => warning = e.Notice.InvariantSeverity == "WARNING" ? e.Notice : warning;
        connection.Notice += Hear;
        try
        {
            await RunAsync(c => PostgresRunner.CommitAsync(c, last, begin), limit).ConfigureAwait(false);
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

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CloseAfterAsync(Task answer)
    {
        await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

using Npgsql;

namespace Holdfast.Platform.Data.Postgres;

/// <summary>
/// Asks the server, over a connection of its own, which sessions are at work. Background work may take long: only this distinguishes a slow
/// statement from a silent connection. Callers that ask at the same time share one question, so that there is at most one such connection.
/// </summary>
internal sealed class PostgresProbe(string connectionString)
{
    private const int AnswerSeconds = 2;

    // A session that waits for its client has either answered, or waits for what was sent to it and has not arrived.
    private const string AtWork = "SELECT pg_backend_pid(), ARRAY(SELECT pid FROM pg_stat_activity "
        + "WHERE datname = current_database() AND state NOT LIKE 'idle%' AND wait_event_type IS DISTINCT FROM 'Client')";

    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        Timeout = AnswerSeconds,
        CommandTimeout = AnswerSeconds,
        CancellationTimeout = -1,
    }.ConnectionString;

    private readonly Lock _gate = new();
    private Task<IReadOnlySet<int>?>? _question;

    /// <summary>
    /// Whether the session works on its statement. Also true if the server answers but cannot tell; false if the server does not answer.
    /// </summary>
    public async Task<bool> IsAtWorkAsync(int session)
    {
        Task<IReadOnlySet<int>?> question;
        lock (_gate)
        {
            question = _question is { IsCompleted: false } ? _question : _question = Task.Run(AskAsync);
        }

        return await question is not { } working || working.Contains(session);
    }

    /// <summary>The sessions at work; null if the server cannot tell.</summary>
    private async Task<IReadOnlySet<int>?> AskAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(_connectionString);
            await connection.OpenAsync();
            await using var ask = new NpgsqlCommand(AtWork, connection);
            await using var answer = await ask.ExecuteReaderAsync();
            await answer.ReadAsync();
            // Behind a pooler, sessions have other numbers than those that clients see.
            return answer.GetInt32(0) == connection.ProcessID ? answer.GetFieldValue<int[]>(1).ToHashSet() : null;
        }
        catch (PostgresException)
        {
            // It answers, if only that it has no connection to spare.
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException)
        {
            // Nobody answers here either.
            return new HashSet<int>();
        }
    }
}

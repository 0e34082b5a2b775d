using System.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Npgsql;

namespace Holdfast.Tests.Crash;

/// <summary>
/// A session of a stopped process that has a row locked and is in the middle of a statement: PostgreSQL waits for its client for ever, and
/// the time-out for idle transactions does not count. The first one here who has waited for the row for some seconds ends it.
/// </summary>
[Slow]
public sealed class StuckSessionTests(PostgresHost host) : IClassFixture<PostgresHost>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task One_that_stopped_inside_a_copy_is_ended()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 100);
        await using var holder = await HoldAsync(shop, "holdfast");
        var copy = await holder.BeginRawBinaryCopyAsync("COPY outbox (subject, sequence) FROM STDIN (FORMAT BINARY)");
        await AssertFreedAsync(shop, holder);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await copy.WriteAsync(new byte[8 * 1024 * 1024]);
            await copy.DisposeAsync();
        });
    }

    [Fact]
    public async Task One_that_stopped_before_it_had_read_its_answer_is_ended()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 100);
        await using var holder = await HoldAsync(shop, "holdfast");
        await using var command = new NpgsqlCommand("SELECT repeat('x', 8000) FROM generate_series(1, 20000)", holder);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess);
        await AssertFreedAsync(shop, holder);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (await reader.ReadAsync())
            {
            }
        });
    }

    /// <summary>A lock that is waited for long is no reason to end whoever works, or is somebody else's.</summary>
    [Theory]
    [InlineData("holdfast", "SELECT pg_sleep(7)")]
    [InlineData("somebody else", "COPY outbox (subject, sequence) FROM STDIN (FORMAT BINARY)")]
    public async Task One_that_works_and_one_of_somebody_else_are_left_alone(string application, string statement)
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 100);
        await using var holder = await HoldAsync(shop, application);
        await using var lateness = Lateness.Watch();
        var order = shop.OrderAsync(host.Server.Guest);
        if (statement.StartsWith("COPY", StringComparison.Ordinal))
        {
            await using var copy = await holder.BeginRawBinaryCopyAsync(statement);
            await Task.Delay(TimeSpan.FromSeconds(7));
            // Before it is cancelled: the error that this causes gives the row back at once.
            Assert.False(order.IsCompleted);
            await copy.CancelAsync();
        }
        else
        {
            await using var command = new NpgsqlCommand(statement, holder);
            await command.ExecuteNonQueryAsync();
            Assert.False(order.IsCompleted);
        }

        await using var end = new NpgsqlCommand("ROLLBACK", holder);
        await end.ExecuteNonQueryAsync();
        Assert.Equal(201, (await order).Status);
        lateness.Within(Limit);
    }

    /// <summary>A session with the shop's stock row locked, as a batch has it.</summary>
    private async Task<NpgsqlConnection> HoldAsync(Shop shop, string application)
    {
        var port = (await PostgresServer.SharedAsync()).Port;
        var database = new Uri(host.Server.Database.Url).AbsolutePath.TrimStart('/');
        var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={port};Username=holdfast;Database={database};Application Name={application};Pooling=false;"
            + "Options=-c idle_in_transaction_session_timeout=5s");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"BEGIN; SELECT * FROM stock WHERE variant_id = '{shop.Variant}' FOR NO KEY UPDATE",
            connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task AssertFreedAsync(Shop shop, NpgsqlConnection holder)
    {
        await using var lateness = Lateness.Watch();
        var answer = await shop.OrderAsync(host.Server.Guest);
        Assert.Equal(201, answer.Status);
        lateness.Within(Limit);
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE pid = $1", holder.ProcessID));
        Assert.Contains(host.Server.Log.Lines, l => l.Contains("Ended 1 sessions", StringComparison.Ordinal));
    }
}

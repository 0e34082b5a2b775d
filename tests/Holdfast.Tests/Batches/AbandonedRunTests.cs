using Holdfast.Platform.Data;
using Holdfast.Tests.Compliance;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Batches;

/// <summary>
/// A batch of several round trips falls silent in the first, is given up and done over another connection; then the answer comes after
/// all. Nobody waits for it: what was to follow it is not sent, nobody is answered a second time, and its connection is used by nobody
/// else.
/// </summary>
[Slow]
public sealed class AbandonedRunTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    /// <summary>Enough for a COPY, which is a round trip after that of BEGIN.</summary>
    private const int Words = 40;

    private const string Application = "abandoned";

    [Fact]
    public async Task What_comes_back_late_is_not_gone_on_with()
    {
        // Numbers of a sequence are not given back by a rollback: they count the rows that any run has sent.
        var rows = $"rows_{Guid.CreateVersion7():N}";
        await database.Db.WriteAsync(tx => tx.ExecuteAsync($"CREATE SEQUENCE {rows}"));
        var table = await Scratch.TableAsync(database.Db,
            $"id {{uuid}} PRIMARY KEY, word text NOT NULL, n bigint NOT NULL DEFAULT nextval('{rows}')");
        await using var proxy = new TcpProxy((await PostgresServer.SharedAsync()).Port);
        var url = new UriBuilder(database.Test.Url) { Port = proxy.Port, Query = $"Application%20Name={Application}" };
        await using var db = Db.Open(url.Uri.ToString());
        var log = new TestLog();
        await using var queue = new WordQueue(db, table, log);
        Assert.True((await queue.SubmitAsync(Word(), Guid.Empty)).IsOk);
        var old = await SessionsAsync();
        Assert.NotEmpty(old);

        proxy.HushOpen();
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Gate = _ => open.Task;
        var answers = Enumerable.Range(0, Words).Select(_ => queue.SubmitAsync(Word(), Guid.Empty)).ToList();
        open.SetResult();
        Assert.All(await Task.WhenAll(answers), answer => Assert.True(answer.IsOk, answer.Error?.Code));
        Assert.Equal(Words + 1, await CountAsync());

        // What the proxy has kept goes on its way, and so does what has waited for it.
        proxy.Restore();
        await Until.TrueAsync("the silent connections are closed", async () => (await SessionsAsync()).Intersect(old).Count() == 0);
        Assert.Equal((Words + 1, Words + 1), (await Scratch.CountAsync(database.Db, table), await CountAsync()));

        Assert.True((await queue.SubmitAsync(Word(), Guid.Empty)).IsOk);
        Assert.Equal((Words + 2, Words + 2), (await Scratch.CountAsync(database.Db, table), await CountAsync()));
        Assert.DoesNotContain(log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));

        Task<long> CountAsync() => database.Db.ReadAsync(s => s.FirstAsync($"SELECT last_value FROM {rows}", r => r.Long(0)));
    }

    private static Word Word() => new(Guid.CreateVersion7(), "word");

    private async Task<List<int>> SessionsAsync() => await database.Db.ReadAsync(s => s.QueryAsync(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1", r => r.Int(0), Application));
}

using System.Collections.Concurrent;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Tests.Compliance;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Batches;

/// <summary>The connection breaks exactly at COMMIT: the outcome is found out, not guessed.</summary>
[Slow]
public sealed class LostCommitTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Theory]
    [InlineData(Cut.AfterCommit, 1)]
    [InlineData(Cut.BeforeCommit, 2)]
    [InlineData(Cut.CommitArrivesLate, 1)]
    public async Task A_batch_is_written_once_and_everybody_is_told_so(Cut cut, int attempts)
    {
        var test = database.Test;
        var table = await TableAsync();
        var (proxy, url) = await CommitProxy.BeforeAsync(test);
        await using var _ = proxy;
        await using var db = Db.Open(url);
        var told = new ConcurrentQueue<string>();
        db.Invalidated += names => told.Enqueue(string.Join(' ', names.Immediate));
        var log = new TestLog();
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var queue = new WordQueue(db, table, log) { Gate = _ => open.Task, GivesUpAfter = TimeSpan.FromMinutes(2) };
        var first = queue.SubmitAsync(new Word(Guid.CreateVersion7(), "first"), Guid.Empty);
        await Until.TrueAsync("the first batch is under way", () => queue.Attempts.Count == 1);
        proxy.Next(cut);
        open.SetResult();
        Assert.Equal("FIRST", (await first).Value);
        Assert.Equal(attempts, queue.Attempts.Count);
        // Whoever asks what became of it commits, too.
        Assert.Equal(attempts + 1, proxy.Commits);
        Assert.Contains("The answer to COMMIT of 1 commands was lost", Assert.Single(log.Lines), StringComparison.Ordinal);

        // Caches hear of it as after any commit: once, and not of the attempt that was rolled back.
        Assert.Equal("first", Assert.Single(told));

        // Life goes on.
        var more = await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(i => queue.SubmitAsync(new Word(Guid.CreateVersion7(), $"w{i}"), Guid.Empty)));
        Assert.All(more, r => Assert.True(r.IsOk));
        Assert.Equal(51, await Scratch.CountAsync(test.Db, table));
    }

    [Fact]
    public async Task While_the_server_does_not_know_that_the_caller_has_gone_the_outcome_is_unknown()
    {
        var table = await TableAsync();
        var (proxy, url) = await CommitProxy.BeforeAsync(database.Test);
        await using var _ = proxy;
        await using var db = Db.Open(url);
        await using var queue = new WordQueue(db, table, new TestLog());
        Assert.True((await queue.SubmitAsync(new Word(Guid.CreateVersion7(), "before"), Guid.Empty)).IsOk);
        proxy.Next(Cut.ServerNotTold);
        var word = new Word(Guid.CreateVersion7(), "cut");
        var first = await queue.SubmitAsync(word, Guid.Empty);
        Assert.Equal("outcome_unknown", first.Error?.Code);

        // The server ends the session that idles; whoever asks again is answered by what is there.
        await Until.TrueAsync("the same word is stored", async () => (await queue.SubmitAsync(word, Guid.Empty)).IsOk);
        Assert.Equal(2, await Scratch.CountAsync(database.Db, table));
    }

    [Fact]
    public async Task Commits_lost_now_and_then_lose_and_double_nothing()
    {
        var table = await TableAsync();
        var (proxy, url) = await CommitProxy.BeforeAsync(database.Test);
        await using var _ = proxy;
        await using var db = Db.Open(url);
        await using var queue = new WordQueue(db, table, new TestLog(), maxBatch: 10) { GivesUpAfter = TimeSpan.FromMinutes(2) };
        var answers = new List<Task<Result<string>>>();
        for (var i = 0; i < 300; i++)
        {
            if (i % 50 == 10)
            {
                proxy.Next(i % 100 == 10 ? Cut.AfterCommit : Cut.BeforeCommit);
            }

            answers.Add(queue.SubmitAsync(new Word(Guid.CreateVersion7(), $"w{i}"), Guid.Empty));
            await Task.Delay(1);
        }

        Assert.All(await Task.WhenAll(answers), r => Assert.True(r.IsOk));
        Assert.Equal(300, await Scratch.CountAsync(database.Db, table));
    }

    [Fact]
    public async Task While_the_outcome_cannot_be_found_out_the_caller_hears_that()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var db = Db.Open(server.Url("postgres"));
        await Migrations.ApplyAsync(db, Server.Modules);
        var table = await Scratch.TableAsync(db, "id {uuid} PRIMARY KEY, word text NOT NULL");
        await using var queue = new WordQueue(db, table, new TestLog()) { GivesUpAfter = TimeSpan.FromSeconds(1) };
        var stopped = false;
        queue.Gate = async _ =>
        {
            if (!stopped)
            {
                stopped = true;
                await server.StopAsync(Shell.SigQuit);
            }
        };
        // The server is away before anything was written: that is an outage, not an unknown outcome.
        Assert.Equal("database_unavailable", (await queue.SubmitAsync(new Word(Guid.CreateVersion7(), "a"), Guid.Empty)).Error?.Code);
        await server.StartServerAsync();

        // Now it goes away between the write and the answer to COMMIT.
        var word = new Word(Guid.CreateVersion7(), "b");
        var stopping = new StoppingQueue(db, table, server);
        await using (stopping)
        {
            Assert.Equal("outcome_unknown", (await stopping.SubmitAsync(word, Guid.Empty)).Error?.Code);
        }

        await server.StartServerAsync();
        queue.GivesUpAfter = TimeSpan.FromMinutes(2);
        Assert.Equal(0, await Scratch.CountAsync(db, table));
        Assert.True((await queue.SubmitAsync(word, Guid.Empty)).IsOk);
    }

    /// <summary>Where no connection can be made, another try takes as long; one that broke may be alone in that.</summary>
    [Fact]
    public async Task Callers_who_have_waited_enough_do_not_wait_for_a_second_connection_that_cannot_be_made()
    {
        var table = await TableAsync();
        await using var queue = new WordQueue(database.Db, table, new TestLog()) { GivesUpAfter = TimeSpan.Zero };
        queue.Gate = _ => throw new NoConnectionException(new TimeoutException("no answer"));
        Assert.Equal("database_unavailable", (await queue.SubmitAsync(new Word(Guid.CreateVersion7(), "a"), Guid.Empty)).Error?.Code);
        Assert.Equal([1], queue.Attempts);

        await using var other = new WordQueue(database.Db, table, new TestLog()) { GivesUpAfter = TimeSpan.Zero };
        other.Gate = _ => other.Attempts.Count == 1 ? throw new IOException("it broke") : Task.CompletedTask;
        Assert.True((await other.SubmitAsync(new Word(Guid.CreateVersion7(), "a"), Guid.Empty)).IsOk);
        Assert.Equal([1, 1], other.Attempts);
    }

    private Task<string> TableAsync() => Scratch.TableAsync(database.Db, "id {uuid} PRIMARY KEY, word text NOT NULL");

    /// <summary>Its server stops after the writes and before the COMMIT.</summary>
    private sealed class StoppingQueue(Db db, string table, PostgresServer server) : BatchQueue<Word, string>(db, new TestLog(), 1, 10, 10)
    {
        protected override TimeSpan Patience => TimeSpan.FromSeconds(1);

        protected override async Task<Result<string>[]> AttemptAsync(IReadOnlyList<Word> commands, BatchAttempt<string> attempt)
        {
            await using var tx = await Db.BeginAsync();
            var batch = tx.Batch();
            batch.Execute($"INSERT INTO {table} (id, word) VALUES ($1, $2)", commands[0].Id, commands[0].Text);
            await batch.RunAsync();
            await server.StopAsync(Shell.SigQuit);
            await attempt.CommitAsync(tx, ["done"]);
            return ["done"];
        }
    }
}

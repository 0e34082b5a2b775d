using System.Diagnostics;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Tests.Compliance;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Batches;

public abstract class BatchQueueTests(TestDatabase database)
{
    private readonly Db _db = database.Db;
    private readonly TestLog _log = new();

    [Fact]
    public async Task Whoever_waits_together_commits_together_and_gets_an_answer_of_their_own()
    {
        var (queue, table, open) = await GatedAsync(maxBatch: 100);
        await using var _ = queue;
        var answers = Submit(queue, 350, i => i % 10 == 0 ? "" : $"w{i}");
        open.SetResult();
        var results = await Task.WhenAll(answers);
        for (var i = 0; i < results.Length; i++)
        {
            Assert.Equal(i % 10 == 0 ? "empty_word" : $"W{i}", results[i].Error?.Code ?? results[i].Value);
        }

        Assert.Equal(315, await Scratch.CountAsync(_db, table));
        Assert.Equal(350, queue.Attempts.Sum());
        Assert.All(queue.Attempts, n => Assert.InRange(n, 1, 100));
        Assert.Contains(100, queue.Attempts);
    }

    [Fact]
    public async Task One_alone_does_not_wait_for_company()
    {
        await using var queue = new WordQueue(_db, await TableAsync(), _log);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("A", (await SubmitAsync(queue, "a")).Value);
        }

        Assert.Equal([1, 1, 1], queue.Attempts);
    }

    [Fact]
    public async Task A_broken_check_is_our_fault_and_costs_its_own_command()
    {
        var (queue, table, open) = await GatedAsync();
        await using var _ = queue;
        var answers = Submit(queue, 64, i => i == 7 ? "much too long for this table" : $"w{i}");
        open.SetResult();
        var e = await Assert.ThrowsAnyAsync<Exception>(() => answers[7]);
        Assert.Equal(DbFault.Other, _db.FaultOf(e));
        answers.RemoveAt(7);
        Assert.All(await Task.WhenAll(answers), r => Assert.True(r.IsOk));
        Assert.Equal(63, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task One_poisoned_command_among_hundreds_gets_its_own_answer()
    {
        var (queue, table, open) = await GatedAsync();
        await using var _ = queue;
        var answers = Submit(queue, 300, i => i == 123 ? "nul\0" : $"w{i}");
        open.SetResult();
        var results = await Task.WhenAll(answers);
        for (var i = 0; i < results.Length; i++)
        {
            Assert.Equal(i == 123 ? "unstorable_value" : $"W{i}", results[i].Error?.Code ?? results[i].Value);
        }

        Assert.Equal(299, await Scratch.CountAsync(_db, table));
        Assert.InRange(queue.Attempts.Count, 10, 24);
    }

    [Fact]
    public async Task Two_that_collide_get_an_answer_each()
    {
        var (queue, table, open) = await GatedAsync();
        await using var _ = queue;
        var twin = Guid.CreateVersion7();
        var answers = Enumerable.Range(0, 50)
            .Select(i => queue.SubmitAsync(new Word(i is 10 or 40 ? twin : Guid.CreateVersion7(), $"w{i}"), Guid.Empty)).ToList();
        open.SetResult();
        // Judged again it is still there, and this queue has no rule for that: a bug of ours, for one of them.
        await Task.WhenAll(answers).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal(DbFault.Taken, _db.FaultOf(Assert.Single(answers, a => a.IsFaulted).Exception!.InnerException!));
        Assert.Equal(49, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task A_bug_that_one_command_meets_is_thrown_to_its_caller_alone()
    {
        var (queue, table, open) = await GatedAsync();
        await using var _ = queue;
        var answers = Enumerable.Range(0, 64).Select(i => queue.SubmitAsync(
            new Word(Guid.CreateVersion7(), $"w{i}", i == 7 ? () => throw new FormatException("a bug") : null), Guid.Empty)).ToList();
        open.SetResult();
        await Assert.ThrowsAsync<FormatException>(() => answers[7]);
        answers.RemoveAt(7);
        Assert.All(await Task.WhenAll(answers), r => Assert.True(r.IsOk));
        Assert.Equal(63, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task What_may_pass_is_tried_again()
    {
        var table = await TableAsync();
        await using var queue = new WordQueue(_db, table, _log);
        var failures = 3;
        queue.Gate = _ => failures-- > 0 ? throw new StaleRowException("once more") : Task.CompletedTask;
        Assert.Equal("A", (await SubmitAsync(queue, "a")).Value);
        Assert.Equal([1, 1, 1, 1], queue.Attempts);
        Assert.Equal(1, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task What_does_not_pass_ends_with_503()
    {
        await using var queue = new WordQueue(_db, await TableAsync(), _log)
        {
            GivesUpAfter = TimeSpan.FromSeconds(0.2),
            Gate = _ => throw new StaleRowException("for ever")
        };
        Assert.Equal("database_unavailable", (await SubmitAsync(queue, "a")).Error?.Code);
    }

    /// <summary>A disk that is full: callers who come back at once must not mean as many questions.</summary>
    [Fact]
    public async Task A_database_that_cannot_be_used_is_asked_ever_more_seldom()
    {
        await using var queue = new WordQueue(_db, await TableAsync(), _log)
        {
            GivesUpAfter = TimeSpan.Zero,
            Gate = _ => throw new ConnectionsUsedUpException(),
        };
        var clock = Stopwatch.StartNew();
        var (asked, refused) = (new List<TimeSpan>(), 0);
        while (clock.Elapsed < TimeSpan.FromSeconds(4))
        {
            var (before, at) = (queue.Attempts.Count, clock.Elapsed);
            var answer = await SubmitAsync(queue, "a");
            Assert.Equal("database_unavailable", answer.Error?.Code);
            if (queue.Attempts.Count > before)
            {
                asked.Add(at);
            }
            else
            {
                refused++;
                await Task.Yield();
            }
        }

        // After 50, 100, 200, 400, 800 ms, then after each second.
        Assert.InRange(asked.Count, 4, 10);
        Assert.True(refused > asked.Count, $"{refused}");
        var pauses = asked.Skip(1).Zip(asked, (later, earlier) => later - earlier).Skip(1).ToList();
        Assert.All(pauses.Zip(pauses.Skip(1)), p => Assert.True(p.Second > p.First * 0.9, string.Join(' ', pauses)));

        queue.Gate = _ => Task.CompletedTask;
        await Until.TrueAsync("it works again", async () => (await SubmitAsync(queue, "a")).IsOk);
        Assert.True((await SubmitAsync(queue, "b")).IsOk);
    }

    [Fact]
    public async Task A_full_queue_says_so_at_once()
    {
        var (queue, table, open) = await GatedAsync(capacity: 5, maxBatch: 1);
        await using var _ = queue;
        var taken = Submit(queue, _db.WritersPerPartition, i => $"held{i}");
        await Until.TrueAsync("the workers hold a batch each", () => queue.Attempts.Count == _db.WritersPerPartition);
        var waiting = Submit(queue, 5, i => $"wait{i}");
        var refused = Submit(queue, 3, i => $"full{i}");
        Assert.All(refused, answer => Assert.True(answer.IsCompletedSuccessfully));
        Assert.All(await Task.WhenAll(refused), r => Assert.Equal((503, "busy"), (r.Error!.Status, r.Error.Code)));
        Assert.All(waiting, answer => Assert.False(answer.IsCompleted));
        open.SetResult();
        Assert.All(await Task.WhenAll(taken.Concat(waiting)), r => Assert.True(r.IsOk));
        Assert.Equal(5 + _db.WritersPerPartition, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task Disposing_finishes_what_was_accepted_and_takes_nothing_more()
    {
        var (queue, table, open) = await GatedAsync(maxBatch: 10);
        var answers = Submit(queue, 100, i => $"w{i}");
        var end = queue.DisposeAsync().AsTask();
        Assert.Equal("busy", (await SubmitAsync(queue, "late")).Error?.Code);
        Assert.False(end.IsCompleted);
        open.SetResult();
        await end;
        Assert.All(answers, answer => Assert.True(answer.IsCompletedSuccessfully));
        Assert.Equal(100, await Scratch.CountAsync(_db, table));
    }

    [Fact]
    public async Task What_fails_after_the_commit_does_not_run_the_batch_again()
    {
        var table = await TableAsync();
        await using var queue = new WordQueue(_db, table, _log) { After = () => throw new StaleRowException("too late") };
        Assert.Equal("A", (await SubmitAsync(queue, "a")).Value);
        Assert.Equal([1], queue.Attempts);
        Assert.Equal(1, await Scratch.CountAsync(_db, table));
        Assert.Contains("has committed", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_store_does_not_wait_for_another()
    {
        var table = await TableAsync();
        var open = new TaskCompletionSource();
        await using var queue = new WordQueue(_db, table, NullLogger.Instance, stores: 2);
        queue.Gate = commands => commands[0].Text == "held" ? open.Task : Task.CompletedTask;
        var busy = Guid.CreateVersion7();
        var held = new List<Task<Result<string>>>();
        while (held.Count < _db.WritersPerPartition)
        {
            held.Add(queue.SubmitAsync(new Word(Guid.CreateVersion7(), "held"), busy));
            await Until.TrueAsync("a worker holds it", () => queue.Attempts.Count == held.Count);
        }

        var behind = queue.SubmitAsync(new Word(Guid.CreateVersion7(), "behind"), busy);
        for (var i = 0; i < 20; i++)
        {
            Assert.True((await queue.SubmitAsync(new Word(Guid.CreateVersion7(), "free"), Guid.CreateVersion7())).IsOk);
        }

        Assert.False(behind.IsCompleted);
        Assert.All(held, answer => Assert.False(answer.IsCompleted));
        open.SetResult();
        Assert.All(await Task.WhenAll([.. held, behind]), r => Assert.True(r.IsOk));
    }

    private static Task<Result<string>> SubmitAsync(WordQueue queue, string word) =>
        queue.SubmitAsync(new Word(Guid.CreateVersion7(), word), Guid.Empty);

    private static List<Task<Result<string>>> Submit(WordQueue queue, int count, Func<int, string> word) =>
        [.. Enumerable.Range(0, count).Select(i => SubmitAsync(queue, word(i)))];

    private Task<string> TableAsync() => Scratch.TableAsync(_db, "id {uuid} PRIMARY KEY, word text NOT NULL CHECK (length(word) < 20)");

    /// <summary>A queue whose attempts wait until the source is set, so that a batch can form.</summary>
    private async Task<(WordQueue Queue, string Table, TaskCompletionSource Open)> GatedAsync(int capacity = 10_000, int maxBatch = 500)
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var table = await TableAsync();
        var queue = new WordQueue(_db, table, _log, capacity: capacity, maxBatch: maxBatch) { Gate = _ => open.Task };
        return (queue, table, open);
    }
}

public sealed class BatchQueue_on_sqlite(SqliteDatabase database) : BatchQueueTests(database), IClassFixture<SqliteDatabase>;

public sealed class BatchQueue_on_postgresql(PostgresDatabase database) : BatchQueueTests(database), IClassFixture<PostgresDatabase>;

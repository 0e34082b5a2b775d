using Holdfast.Platform.Http.Idempotency;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Http;

/// <summary>Keys are kept for twice the promised 24 hours and then forgotten.</summary>
public abstract class KeyPrunerTests(TestDatabase database)
{
    [Fact]
    public async Task Only_keys_past_their_time_are_forgotten()
    {
        var ages = new[] { 0, 23, 47, 49, 24 * 400 }.Select(h => (Key: Guid.CreateVersion7(), Age: TimeSpan.FromHours(h))).ToList();
        await database.Db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            var rows = IdempotentWork.Claims();
            foreach (var (key, age) in ages)
            {
                rows.Add(key).Add(new byte[32]).Add(200).Add((Guid?)null).Add((int?)null).Add(now - age);
            }

            var batch = tx.Batch();
            batch.Insert(rows);
            await batch.RunAsync();
        });
        var pruner = new KeyPruner(database.Db, NullLogger<KeyPruner>.Instance);
        Assert.Equal(2, await pruner.SweepOnceAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await pruner.SweepOnceAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ages.Take(3).Select(a => a.Key).Order(), (await LeftAsync([.. ages.Select(a => a.Key)])).Order());
    }

    [Fact]
    public async Task A_key_that_is_used_again_after_the_look_is_kept()
    {
        var (pruner, ct) = (new KeyPruner(database.Db, NullLogger<KeyPruner>.Instance), TestContext.Current.CancellationToken);
        var (again, old) = (await AddAsync(KeyPruner.Retention * 2), await AddAsync(KeyPruner.Retention * 2));
        var before = await database.Db.WriteAsync(async tx =>
        {
            // Another worker has removed it, and a request has come with it.
            var now = await tx.NowAsync();
            await tx.ExecuteAsync("UPDATE idempotency_keys SET created_at = $2 WHERE key = $1", again, now);
            return now - KeyPruner.Retention;
        });
        Assert.Equal(1, await pruner.ForgetAsync([again, old], before, ct));
        Assert.Equal([again], await LeftAsync(again, old));
    }

    [Fact]
    public async Task A_key_that_somebody_is_using_is_left_alone()
    {
        var (pruner, ct) = (new KeyPruner(database.Db, NullLogger<KeyPruner>.Instance), TestContext.Current.CancellationToken);
        var key = await AddAsync(KeyPruner.Retention * 2);
        Task<int>? sweep = null;
        await database.Db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("UPDATE idempotency_keys SET created_at = $2 WHERE key = $1", key, await tx.NowAsync());
            sweep = pruner.SweepOnceAsync(ct);
            if (database.Db.Name != "sqlite")
            {
                // It does not wait for the lock; SQLite has one writer at a time, so there it comes after this.
                await sweep;
            }
        });
        Assert.Equal(0, await sweep!);
        Assert.Equal([key], await LeftAsync(key));
    }

    private Task<Guid> AddAsync(TimeSpan age) => database.Db.WriteAsync(async tx =>
    {
        var key = Guid.CreateVersion7();
        var batch = tx.Batch();
        batch.Insert(IdempotentWork.Claims().Add(key).Add(new byte[32]).Add(200).Add((Guid?)null).Add((int?)null)
            .Add(await tx.NowAsync() - age));
        await batch.RunAsync();
        return key;
    });

    private Task<List<Guid>> LeftAsync(params Guid[] keys) =>
        database.Db.ReadAsync(s => s.QueryAsync("SELECT key FROM idempotency_keys WHERE key {in $1}", r => r.Uuid(0), keys));
}

public sealed class KeyPruner_on_sqlite(SqliteDatabase database) : KeyPrunerTests(database), IClassFixture<SqliteDatabase>;

public sealed class KeyPruner_on_postgresql(PostgresDatabase database) : KeyPrunerTests(database), IClassFixture<PostgresDatabase>;

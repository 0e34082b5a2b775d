using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Compliance;

/// <summary>The attempts of commits are forgotten when nobody can ask about them any more, by the database's clock.</summary>
public abstract class CommitAttemptPrunerTests(Backend backend)
{
    private const int AtOnce = 10_000;
    private static readonly TimeSpan Young = CommitAttemptPruner.Retention - TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Old = CommitAttemptPruner.Retention + TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Only_what_is_old_by_its_id_and_by_its_time_is_forgotten()
    {
        await using var test = await TestDb.CreateAsync(backend);
        var db = test.Db;
        var now = await db.ReadAsync(s => s.NowAsync());
        var old = Id(now - Old);
        // The clock of the process that made an id may be wrong in either direction.
        Guid[] kept = [Id(now), Id(now - Young), Id(now - Old), Id(now)];
        await InsertAsync(db, [(old, now - Old), (kept[0], now), (kept[1], now - Young), (kept[2], now - Young), (kept[3], now - Old)]);
        Assert.Equal(1, await PruneAsync(db));
        Assert.Equal(0, await PruneAsync(db));
        Assert.Equal(kept.Order(), (await LeftAsync(db, [old, .. kept])).Order());
    }

    [Fact]
    public async Task The_time_that_passes_is_that_of_the_database()
    {
        await using var test = await TestDb.CreateAsync(backend);
        var db = test.Db;
        var now = await db.ReadAsync(s => s.NowAsync());
        var id = Id(now);
        await InsertAsync(db, [(id, now)]);
        db.ClockSkew = Young;
        await PruneAsync(db);
        Assert.Equal([id], await LeftAsync(db, [id]));
        db.ClockSkew = Old;
        await PruneAsync(db);
        Assert.Empty(await LeftAsync(db, [id]));
    }

    [Fact]
    public async Task Many_are_forgotten_in_bounded_batches_the_oldest_first()
    {
        const int more = 50;
        await using var test = await TestDb.CreateAsync(backend);
        var db = test.Db;
        var now = await db.ReadAsync(s => s.NowAsync());
        var rows = Enumerable.Range(0, AtOnce + more).Select(i => now - Old - TimeSpan.FromSeconds(i)).Select(t => (Id: Id(t), Time: t))
            .ToArray();
        await InsertAsync(db, rows);
        Assert.Equal(AtOnce, await PruneAsync(db));
        Assert.Equal(rows.Take(more).Select(r => r.Id).Order(), (await LeftAsync(db, [.. rows.Select(r => r.Id)])).Order());
        Assert.Equal(more, await PruneAsync(db));
        Assert.Equal(0, await PruneAsync(db));
    }

    /// <summary>A process that stood still at its COMMIT asks when the row may be gone: a missing row does not mean a rollback.</summary>
    [Fact]
    public async Task What_may_have_been_forgotten_is_not_said_to_be_rolled_back()
    {
        await using var test = await TestDb.CreateAsync(backend);
        var (db, patience) = (test.Db, TimeSpan.FromSeconds(60));
        var now = await db.ReadAsync(s => s.NowAsync());
        var (forgotten, kept) = (Id(now - Old), Id(now - Old));
        await InsertAsync(db, [(forgotten, now - Old), (kept, now)]);
        await PruneAsync(db);
        Assert.Null(await db.SettleAsync(forgotten, patience));
        Assert.True(await db.SettleAsync(kept, patience));

        var recent = Id(now);
        db.ClockSkew = (CommitAttemptPruner.Retention / 2) - TimeSpan.FromMinutes(1);
        Assert.False(await db.SettleAsync(recent, patience));
        recent = Id(now);
        db.ClockSkew = (CommitAttemptPruner.Retention / 2) + TimeSpan.FromMinutes(1);
        Assert.Null(await db.SettleAsync(recent, patience));
        Assert.Empty(await LeftAsync(db, [forgotten, recent]));
    }

    private static Guid Id(DateTime time) => Guid.CreateVersion7(time);

    private static Task<int> PruneAsync(Db db) =>
        new CommitAttemptPruner(db, NullLogger<CommitAttemptPruner>.Instance).SweepOnceAsync(TestContext.Current.CancellationToken);

    private static Task InsertAsync(Db db, (Guid Id, DateTime Time)[] attempts) => db.WriteAsync(async tx =>
    {
        var rows = new RowSet("commit_attempts", new("id", ColumnType.Uuid), new("is_void", ColumnType.Bool),
            new("created_at", ColumnType.Time));
        foreach (var (id, time) in attempts)
        {
            rows.Add(id).Add(false).Add(time);
        }

        var batch = tx.Batch();
        batch.Insert(rows);
        await batch.RunAsync();
    });

    private static Task<List<Guid>> LeftAsync(Db db, Guid[] ids) =>
        db.ReadAsync(s => s.QueryAsync("SELECT id FROM commit_attempts WHERE id {in $1}", r => r.Uuid(0), ids));
}

public sealed class CommitAttemptPruner_on_sqlite() : CommitAttemptPrunerTests(Backend.Sqlite);

public sealed class CommitAttemptPruner_on_postgresql() : CommitAttemptPrunerTests(Backend.Postgres);

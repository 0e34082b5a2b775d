using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Compliance;

public abstract class ClockTests(TestDatabase database)
{
    private readonly Db _db = database.Db;

    [Fact]
    public async Task The_clock_is_utc_and_cut_to_the_millisecond()
    {
        for (var i = 0; i < 20; i++)
        {
            var before = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(-2);
            var now = await _db.ReadAsync(s => s.NowAsync());
            Assert.Equal(DateTimeKind.Utc, now.Kind);
            Assert.Equal(0, now.Ticks % TimeSpan.TicksPerMillisecond);
            Assert.InRange(now, before, TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(2));
        }
    }

    [Fact]
    public async Task It_goes_on_within_a_transaction() => await _db.WriteAsync(async tx =>
    {
        var first = await tx.NowAsync();
        await Task.Delay(30);
        Assert.True(await tx.NowAsync() >= first.AddMilliseconds(20));
    });

    [Fact]
    public async Task It_can_be_moved()
    {
        var other = database.Test.Open();
        other.ClockSkew = TimeSpan.FromDays(3);
        var now = await _db.ReadAsync(s => s.NowAsync());
        var moved = await other.ReadAsync(s => s.NowAsync());
        Assert.InRange(moved - now, TimeSpan.FromDays(3) - TimeSpan.FromMilliseconds(5), TimeSpan.FromDays(3) + TimeSpan.FromMinutes(10));
        await other.WriteAsync(async tx => Assert.True(await tx.NowAsync() >= moved));
    }

    [Fact]
    public async Task What_was_stored_compares_with_it()
    {
        var table = await Scratch.TableAsync(_db, "id int PRIMARY KEY, at {time} NOT NULL");
        await _db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            await tx.ExecuteAsync($"INSERT INTO {table} (id, at) VALUES (1, $1), (2, $2), (3, $3)", now.AddMilliseconds(-1), now,
                now.AddMilliseconds(1));
            Assert.Equal([1, 2], await tx.QueryAsync($"SELECT id FROM {table} WHERE at <= $1 ORDER BY at", r => r.Int(0), now));
        });
    }
}

public sealed class Clock_on_sqlite(SqliteDatabase database) : ClockTests(database), IClassFixture<SqliteDatabase>;

public sealed class Clock_on_postgresql(PostgresDatabase database) : ClockTests(database), IClassFixture<PostgresDatabase>;

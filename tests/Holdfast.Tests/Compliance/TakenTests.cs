using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Compliance;

/// <summary>
/// A unique constraint refuses what a transaction outside of batches wants to have: somebody else has it by now. The transaction is
/// judged again, and may then find that the next one is taken, too.
/// </summary>
public abstract class TakenTests(TestDatabase database)
{
    private const int Most = 3;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(Most)]
    public async Task It_is_judged_again_each_time(int taken)
    {
        var table = await Scratch.CountersAsync(database.Db, taken);
        var tries = 0;
        await database.Db.WriteAsync(tx => tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES ($1, 1)", ++tries));
        Assert.Equal(taken + 1, tries);
        Assert.Equal(taken + 1, await Scratch.CountAsync(database.Db, table));
        Assert.Equal(1, await Scratch.SumAsync(database.Db, table));
    }

    [Fact]
    public async Task What_is_taken_without_end_is_a_bug_and_is_not_tried_for_ever()
    {
        var table = await Scratch.CountersAsync(database.Db, 1);
        var tries = 0;
        var e = await Assert.ThrowsAnyAsync<Exception>(() => database.Db.WriteAsync(tx =>
        {
            tries++;
            return tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (1, 1)");
        }));
        Assert.Equal(DbFault.Taken, database.Db.FaultOf(e));
        Assert.Equal(Most + 1, tries);
        Assert.Equal(0, await Scratch.SumAsync(database.Db, table));
    }
}

public sealed class Taken_on_sqlite(SqliteDatabase database) : TakenTests(database), IClassFixture<SqliteDatabase>;

public sealed class Taken_on_postgresql(PostgresDatabase database) : TakenTests(database), IClassFixture<PostgresDatabase>;

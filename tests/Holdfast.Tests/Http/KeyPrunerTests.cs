using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
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
            var rows = Idempotency.Claims();
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
        var left = await database.Db.ReadAsync(s => s.QueryAsync("SELECT key FROM idempotency_keys ORDER BY key", r => r.Uuid(0)));
        Assert.Equal(ages.Take(3).Select(a => a.Key).Order(), left.Order());
    }
}

public sealed class KeyPruner_on_sqlite(SqliteDatabase database) : KeyPrunerTests(database), IClassFixture<SqliteDatabase>;

public sealed class KeyPruner_on_postgresql(PostgresDatabase database) : KeyPrunerTests(database), IClassFixture<PostgresDatabase>;

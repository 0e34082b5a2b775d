using Holdfast.Identity.Links;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Identity;

public abstract class AccessKeysTests(TestDatabase database)
{
    [Fact]
    public async Task A_key_opens_its_order_in_every_process_and_no_other_order()
    {
        // As many processes as start at once over a new database: they must agree on the secret.
        var processes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(LoadAsync)));
        var (order, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var key = processes[0].For(order);
        Assert.Equal(43, key.Length);
        Assert.All(processes, p =>
        {
            Assert.Equal(key, p.For(order));
            Assert.True(p.Matches(order, key));
            Assert.False(p.Matches(other, key));
            Assert.False(p.Matches(order, ""));
            Assert.False(p.Matches(order, key[..^1]));
            Assert.False(p.Matches(order, key + "A"));
            Assert.False(p.Matches(order, new string('?', 43)));
            Assert.False(p.Matches(order, (key[0] == 'A' ? 'B' : 'A') + key[1..]));
        });
    }

    private async Task<AccessKeys> LoadAsync()
    {
        var keys = new AccessKeys();
        await keys.LoadAsync(database.Db);
        return keys;
    }
}

public sealed class AccessKeys_on_sqlite(SqliteDatabase database) : AccessKeysTests(database), IClassFixture<SqliteDatabase>;

public sealed class AccessKeys_on_postgresql(PostgresDatabase database) : AccessKeysTests(database), IClassFixture<PostgresDatabase>;

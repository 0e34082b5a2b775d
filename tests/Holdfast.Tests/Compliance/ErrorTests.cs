using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Compliance;

/// <summary>What the database refuses is told apart: whose fault it is, and whether trying again may help.</summary>
public abstract class ErrorTests(TestDatabase database)
{
    private readonly Db _db = database.Db;

    [Fact]
    public async Task A_unique_violation_names_what_was_violated()
    {
        var table = await Scratch.TableAsync(_db, "id int PRIMARY KEY, store_id bigint NOT NULL, sku text NOT NULL, external_id text");
        await _db.WriteAsync(tx => tx.ExecuteAsync($"CREATE UNIQUE INDEX {table}_by_sku ON {table} (store_id, sku)"));
        await _db.WriteAsync(tx =>
            tx.ExecuteAsync(
            $"CREATE UNIQUE INDEX {table}_by_external_id ON {table} (store_id, external_id) WHERE external_id IS NOT NULL"));
        await InsertAsync(table, 1, "a", "x");

        var key = await Assert.ThrowsAnyAsync<Exception>(() => InsertAsync(table, 1, "b", null));
        Assert.True(_db.IsUniqueViolation(key, table), key.ToString());
        Assert.False(_db.IsUniqueViolation(key, "sku"));

        var sku = await Assert.ThrowsAnyAsync<Exception>(() => InsertAsync(table, 2, "a", null));
        Assert.True(_db.IsUniqueViolation(sku, "sku"), sku.ToString());
        Assert.False(_db.IsUniqueViolation(sku, "external_id"));

        var external = await Assert.ThrowsAnyAsync<Exception>(() => InsertAsync(table, 2, "b", "x"));
        Assert.True(_db.IsUniqueViolation(external, "external_id"), external.ToString());
        Assert.False(_db.IsUniqueViolation(external, "sku"));

        // Many rows at once are sent in another way.
        var among = await Assert.ThrowsAnyAsync<Exception>(() => _db.WriteAsync(async tx =>
        {
            var rows = new RowSet(table, new("id", ColumnType.Int), new("store_id", ColumnType.Long), new("sku", ColumnType.Text));
            for (var i = 100; i < 200; i++)
            {
                rows.Add(i).Add(1L).Add(i == 150 ? "a" : $"s{i}");
            }

            var batch = tx.Batch();
            batch.Insert(rows);
            await batch.RunAsync();
        }));
        Assert.True(_db.IsUniqueViolation(among, "sku"), among.ToString());
        Assert.Equal(1, await Scratch.CountAsync(_db, table));
        Assert.All([key, sku, external, among], e => AssertFault(DbFault.Taken, e));
    }

    [Fact]
    public async Task Checks_references_and_missing_values_are_our_fault()
    {
        var stores = await Scratch.TableAsync(_db, "id int PRIMARY KEY");
        var table = await Scratch.TableAsync(_db,
            $"id int PRIMARY KEY, store int REFERENCES {stores} (id), on_hand bigint NOT NULL CHECK (on_hand >= 0)");
        foreach (var values in new[] { "(1, NULL, -1)", "(1, 7, 1)", "(1, NULL, NULL)" })
        {
            var e = await Assert.ThrowsAnyAsync<Exception>(() =>
                _db.WriteAsync(tx => tx.ExecuteAsync($"INSERT INTO {table} (id, store, on_hand) VALUES {values}")));
            AssertFault(DbFault.Other, e);
            Assert.False(_db.IsUniqueViolation(e, table));
        }
    }

    [Fact]
    public async Task Wrong_sql_is_none_of_these()
    {
        var e = await Assert.ThrowsAnyAsync<Exception>(() => _db.WriteAsync(tx => tx.ExecuteAsync("UPDATE no_such_table SET n = 1")));
        Assert.False(_db.IsDataError(e) || _db.IsTransient(e) || _db.IsConnectionLost(e) || _db.IsUniqueViolation(e, ""), e.ToString());
        Assert.Equal(1, await _db.ReadAsync(s => s.FirstAsync("SELECT 1", r => r.Int(0))));
    }

    [Fact]
    public async Task A_session_goes_on_after_an_error()
    {
        var table = await Scratch.CountersAsync(_db, 1);
        for (var i = 0; i < 30; i++)
        {
            await Assert.ThrowsAnyAsync<Exception>(() =>
                _db.WriteAsync(tx => tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (1, 1)")));
            await Assert.ThrowsAsync<FormatException>(() =>
                _db.ReadAsync(s => s.QueryAsync<int>($"SELECT n FROM {table}", _ => throw new FormatException())));
        }

        await _db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = 3"));
        Assert.Equal(3, await Scratch.SumAsync(_db, table));
    }

    private Task<int> InsertAsync(string table, int id, string sku, string? externalId) => _db.WriteAsync(tx =>
        tx.ExecuteAsync($"INSERT INTO {table} (id, store_id, sku, external_id) VALUES ($1, 1, $2, $3)", id, sku, externalId));

    private void AssertFault(DbFault fault, Exception e) => Assert.True(_db.FaultOf(e) == fault, e.ToString());
}

public sealed class Errors_on_sqlite(SqliteDatabase database) : ErrorTests(database), IClassFixture<SqliteDatabase>;

public sealed class Errors_on_postgresql(PostgresDatabase database) : ErrorTests(database), IClassFixture<PostgresDatabase>;

using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Compliance;

/// <summary>Every type there and back, as parameters and in sets.</summary>
public abstract class ValueTests(TestDatabase database)
{
    private const string Columns = "k int PRIMARY KEY, u {uuid}, t text, i int, l bigint, b {bool}, y {bytes}, at {time}";
    private const string Select = "SELECT k, u, t, i, l, b, y, at FROM";

    private readonly Db _db = database.Db;

    public static TheoryData<string> Texts { get; } =
        ["", " ", "Đà Nẵng, trà đá 🧊", "'; DROP TABLE x; --", "$1 {in $1} {lock} ::text \\ \"", "line\nline\ttab",
        new string('ễ', 100_000), "\u0301\ufeff\u2028"];

    private static readonly DateTime Time = new DateTime(2026, 2, 28, 23, 59, 59, 999, DateTimeKind.Utc).AddTicks(9990);

    private sealed record Values(Guid? U, string? T, int? I, long? L, bool? B, byte[]? Y, DateTime? At);

    /// <summary>What JSON and C# can hold and UTF-8 cannot. By number, because attributes are stored as UTF-8, too.</summary>
    private static readonly string[] Unstorable = ["a\0b", "\0", "a\ud800b", "\udc00", "\udc00\ud800"];

    /// <param name="copies">Large sets are sent in another way than small ones.</param>
    [Theory, InlineData(1), InlineData(40)]
    public async Task Every_type_there_and_back(int copies)
    {
        Values[] kinds =
        [
            new(null, null, null, null, null, null, null),
            new(Guid.CreateVersion7(), "x", 1, 2, true, [1, 2, 0, 255], Time),
            new(Guid.Empty, "", int.MaxValue, long.MaxValue, false, [], DateTime.UnixEpoch),
            new(Guid.Parse("ffffffff-ffff-ffff-ffff-ffffffffffff"), "Đ", int.MinValue, long.MinValue, true, new byte[100_000],
                new DateTime(9999, 12, 31, 0, 0, 0, DateTimeKind.Utc)),
            new(null, "after", 0, null, null, null, new DateTime(1, 1, 1, 0, 0, 0, DateTimeKind.Utc)),
        ];
        var values = Enumerable.Repeat(kinds, copies).SelectMany(v => v).ToArray();
        var (bySet, byParameters) = (await Scratch.TableAsync(_db, Columns), await Scratch.TableAsync(_db, Columns));
        await _db.WriteAsync(async tx =>
        {
            var rows = Rows(bySet);
            for (var k = 0; k < values.Length; k++)
            {
                var v = values[k];
                rows.Add(k).Add(v.U).Add(v.T).Add(v.I).Add(v.L).Add(v.B).Add(v.Y).Add(v.At);
                await tx.ExecuteAsync($"INSERT INTO {byParameters} (k, u, t, i, l, b, y, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", k,
                    v.U, v.T, v.I, v.L, v.B, v.Y, v.At);
            }

            var batch = tx.Batch();
            var inserted = batch.Insert(rows);
            await batch.RunAsync();
            Assert.Equal(values.Length, inserted.Count);
        });

        foreach (var table in new[] { bySet, byParameters })
        {
            var read = await _db.ReadAsync(s => s.QueryAsync($"{Select} {table} ORDER BY k",
                r => new Values(r.UuidOrNull(1), r.TextOrNull(2), r.IntOrNull(3), r.LongOrNull(4), r.IsNull(5) ? null
                : r.Bool(5), r.BytesOrNull(6), r.TimeOrNull(7))));
            Assert.Equal(values.Select(v => v with { Y = null }), read.Select(v => v with { Y = null }));
            Assert.All(values.Zip(read), pair =>
                Assert.True(pair.First.Y is null ? pair.Second.Y is null : pair.First.Y.SequenceEqual(pair.Second.Y ?? [1])));
            Assert.All(read.Where(v => v.At is not null), v => Assert.Equal(DateTimeKind.Utc, v.At!.Value.Kind));
        }
    }

    [Theory, MemberData(nameof(Texts))]
    public async Task Every_text_there_and_back(string text)
    {
        var table = await Scratch.TableAsync(_db, Columns);
        await _db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            batch.Insert(Row(table, 1, text));
            batch.Execute($"INSERT INTO {table} (k, t) VALUES (2, $1)", text);
            await batch.RunAsync();
        });
        var found = await _db.ReadAsync(s =>
            s.QueryAsync($"SELECT t FROM {table} WHERE t = $1 AND t {{in $2}}", r => r.Text(0), text, new[] { "other", text }));
        Assert.Equal([text, text], found);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task A_text_that_no_database_can_hold_is_a_data_error(int number)
    {
        var text = Unstorable[number];
        var table = await Scratch.TableAsync(_db, Columns);
        var e = await Assert.ThrowsAnyAsync<Exception>(() =>
            _db.WriteAsync(tx => tx.ExecuteAsync($"INSERT INTO {table} (k, t) VALUES (1, $1)", text)));
        Assert.True(_db.IsDataError(e), e.ToString());
        Assert.False(_db.IsConnectionLost(e) || _db.IsTransient(e));
        foreach (var count in new[] { 1, 100 })
        {
            e = await Assert.ThrowsAnyAsync<Exception>(() => _db.WriteAsync(async tx =>
            {
                var rows = Row(table, 1, text);
                for (var k = 2; k <= count; k++)
                {
                    rows.Add(k).Add("fine");
                }

                var batch = tx.Batch();
                batch.Insert(rows);
                await batch.RunAsync();
            }));
            Assert.True(_db.IsDataError(e) && !_db.IsConnectionLost(e), e.ToString());
        }

        e = await Assert.ThrowsAnyAsync<Exception>(() =>
            _db.ReadAsync(s => s.QueryAsync($"SELECT k FROM {table} WHERE t {{in $1}}", r => r.Int(0), (object)new[] { text })));
        Assert.True(_db.IsDataError(e), e.ToString());
        Assert.Equal(0, await Scratch.CountAsync(_db, table));
    }

    [Theory, InlineData(DateTimeKind.Local), InlineData(DateTimeKind.Unspecified)]
    public async Task A_time_that_is_not_utc_is_a_bug(DateTimeKind kind)
    {
        var table = await Scratch.TableAsync(_db, Columns);
        var time = new DateTime(2026, 1, 2, 3, 4, 5, kind);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            _db.WriteAsync(tx => tx.ExecuteAsync($"INSERT INTO {table} (k, at) VALUES (1, $1)", time)));
        Assert.Throws<ArgumentException>(() => Rows(table).Add(1).Add((Guid?)null).Add((string?)null).Add((int?)null).Add((long?)null)
            .Add((bool?)null).Add((byte[]?)null).Add(time));
    }

    [Fact]
    public async Task Lists_of_parameters()
    {
        var table = await Scratch.TableAsync(_db, Columns);
        var ids = Enumerable.Range(0, 2_000).Select(_ => Guid.CreateVersion7()).ToArray();
        await _db.WriteAsync(async tx =>
        {
            var rows = new RowSet(table, new("k", ColumnType.Int), new("u", ColumnType.Uuid), new("l", ColumnType.Long),
                new("t", ColumnType.Text));
            for (var k = 0; k < ids.Length; k++)
            {
                rows.Add(k).Add(ids[k]).Add((long)k).Add($"t{k}");
            }

            var batch = tx.Batch();
            batch.Insert(rows);
            await batch.RunAsync();
        });
        await _db.ReadAsync(async s =>
        {
            Assert.Equal(1_000,
                await s.FirstAsync($"SELECT COUNT(*) FROM {table} WHERE u {{in $1}}", r => r.Long(0), (object)ids[..1_000]));
            Assert.Equal(2,
                await s.FirstAsync($"SELECT COUNT(*) FROM {table} WHERE l {{in $1}} AND k < $2", r => r.Long(0),
                new long[] { 5, 7, 1_999, -1 }, 100));
            Assert.Equal(1,
                await s.FirstAsync($"SELECT COUNT(*) FROM {table} WHERE t {{in $1}}", r => r.Long(0), (object)new[] { "t3", "t2000", "" }));
            Assert.Equal(0,
                await s.FirstAsync($"SELECT COUNT(*) FROM {table} WHERE u {{in $1}}", r => r.Long(0), (object)Array.Empty<Guid>()));
            return 0;
        });
    }

    [Fact]
    public async Task Parameters_that_may_be_null()
    {
        var table = await Scratch.CountersAsync(_db, 3);
        await _db.ReadAsync(async s =>
        {
            var sql = $"SELECT COUNT(*) FROM {table} WHERE ($1{{as bigint}} IS NULL OR id = $1{{as bigint}})";
            Assert.Equal(3, await s.FirstAsync(sql, r => r.Long(0), (object?)null));
            Assert.Equal(1, await s.FirstAsync(sql, r => r.Long(0), 2L));
            Assert.Equal(3, await s.FirstAsync(sql, r => r.Long(0), (object?)null));
            return 0;
        });
        var texts = await Scratch.TableAsync(_db, "k int, t text");
        for (var i = 0; i < 5; i++)
        {
            // The same statement with and without a value, often enough to be prepared.
            await _db.WriteAsync(tx => tx.ExecuteAsync($"INSERT INTO {texts} (k, t) VALUES ($1, $2)", 1, null));
            await _db.WriteAsync(tx => tx.ExecuteAsync($"INSERT INTO {texts} (k, t) VALUES ($1, $2)", 1, "x"));
        }

        Assert.Equal(5, await _db.ReadAsync(s => s.FirstAsync($"SELECT COUNT(t) FROM {texts}", r => r.Long(0))));
    }

    [Fact]
    public async Task A_parameter_of_a_type_that_is_not_portable_is_a_bug() =>
        await Assert.ThrowsAsync<ArgumentException>(() => _db.ReadAsync(s => s.QueryAsync("SELECT $1", r => r.Text(0), 1.5m)));

    [Fact]
    public async Task Sums_of_longs_and_counts_are_longs()
    {
        var table = await Scratch.CountersAsync(_db, 2);
        await _db.WriteAsync(tx => tx.ExecuteAsync($"UPDATE {table} SET n = $1", 4_000_000_000L));
        Assert.Equal(8_000_000_000, await Scratch.SumAsync(_db, table));
        Assert.Equal(2, await _db.ReadAsync(s => s.FirstAsync($"SELECT COUNT(*) FROM {table}", r => r.Int(0))));
    }

    private static RowSet Rows(string table) =>
        new(table, new("k", ColumnType.Int), new("u", ColumnType.Uuid), new("t", ColumnType.Text), new("i", ColumnType.Int),
        new("l", ColumnType.Long), new("b", ColumnType.Bool), new("y", ColumnType.Bytes), new("at", ColumnType.Time));

    private static RowSet Row(string table, int k, string text) =>
        new RowSet(table, new("k", ColumnType.Int), new("t", ColumnType.Text)).Add(k).Add(text);
}

public sealed class Values_on_sqlite(SqliteDatabase database) : ValueTests(database), IClassFixture<SqliteDatabase>;

public sealed class Values_on_postgresql(PostgresDatabase database) : ValueTests(database), IClassFixture<PostgresDatabase>;

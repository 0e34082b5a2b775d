using System.Reflection;
using System.Text;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Compliance;

public abstract class MigrationTests(Backend backend)
{
    /// <summary>Into a database that has only the tables of these tests.</summary>
    private static Task WriteAsync(Db db, string sql, params object?[] args) => db.WriteAsync(tx =>
    {
        tx.LeavesNoAttempt();
        return tx.ExecuteAsync(sql, args);
    });

    private static readonly Module First = new("First",
        ("001_a.sql",
        "CREATE TABLE a (id {uuid} PRIMARY KEY, at {time});\nINSERT INTO a (id) VALUES ('01900000-0000-7000-8000-000000000001');\n"));

    [Fact]
    public async Task Each_is_applied_once_in_order()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        Assert.Equal(["First/001_a.sql"], await Migrations.ApplyAsync(test.Db, [First]));
        Assert.Empty(await Migrations.ApplyAsync(test.Db, [First]));
        var grown = First.And(("003_c.sql", "ALTER TABLE b ADD COLUMN d int;"), ("002_b.sql", "CREATE TABLE b (c text);"));
        var second = new Module("Second", ("001_z.sql", "CREATE TABLE z (c text);"));
        Assert.Equal(["First/002_b.sql", "First/003_c.sql", "Second/001_z.sql"], await Migrations.ApplyAsync(test.Db, [grown, second]));
        Assert.Equal(1, await Scratch.CountAsync(test.Db, "a"));
        await WriteAsync(test.Db, "INSERT INTO b (c, d) VALUES ('x', 1)");
    }

    [Fact]
    public async Task Each_dialect_gets_its_own_lines()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        await Migrations.ApplyAsync(test.Db, [new Module("M", ("001.sql", """
            -- A comment; with a semicolon.
            CREATE TABLE which (name text);
            -- only sqlite
            INSERT INTO which (name) VALUES ('sqlite');
            -- end
            -- only postgresql
            INSERT INTO which (name) VALUES ('postgresql');
            -- end
            INSERT INTO which (name) VALUES ('both')
            """))]);
        Assert.Equal(["both", test.Db.Name],
            (await test.Db.ReadAsync(s => s.QueryAsync("SELECT name FROM which", r => r.Text(0)))).Order());
    }

    [Fact]
    public async Task One_that_fails_leaves_nothing_behind()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        var broken = First.And(("002_b.sql", "CREATE TABLE b (c text);\nINSERT INTO nowhere VALUES (1);"));
        await Assert.ThrowsAnyAsync<Exception>(() => Migrations.ApplyAsync(test.Db, [broken]));
        Assert.Equal(["First/001_a.sql"], await Migrations.ApplyAsync(test.Db, [First]));
    }

    [Fact]
    public async Task One_that_was_edited_after_it_was_applied_stops_the_start()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        await Migrations.ApplyAsync(test.Db, [First.And(("002_b.sql", "CREATE TABLE b (c text);"))]);
        var edited = First.And(("002_b.sql", "CREATE TABLE b (c text, d text);"), ("003_c.sql", "CREATE TABLE c (d text);"));
        var e = await Assert.ThrowsAsync<StartupException>(() => Migrations.ApplyAsync(test.Db, [edited]));
        Assert.Contains("First/002_b.sql", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, await Scratch.CountAsync(test.Db, "schema_migrations"));
    }

    [Fact]
    public async Task Other_line_ends_are_no_edit()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        await Migrations.ApplyAsync(test.Db, [new Module("M", ("001.sql", "CREATE TABLE b (c text);\n-- more\n"))]);
        Assert.Empty(await Migrations.ApplyAsync(test.Db, [new Module("M", ("001.sql", "CREATE TABLE b (c text);\r\n-- more\r\n"))]));
    }

    [Fact]
    public async Task A_database_from_before_checksums_gets_them_at_its_next_start()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        await Migrations.ApplyAsync(test.Db, [First]);
        await WriteAsync(test.Db, "DROP TABLE schema_checksums");
        Assert.Empty(await Migrations.ApplyAsync(test.Db, [First]));
        Assert.Equal(1, await Scratch.CountAsync(test.Db, "schema_checksums"));
        await Assert.ThrowsAsync<StartupException>(() =>
            Migrations.ApplyAsync(test.Db, [new Module("First", ("001_a.sql", "CREATE TABLE a (c text);"))]));
    }

    [Fact]
    public async Task What_a_newer_binary_applied_is_no_obstacle()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        await Migrations.ApplyAsync(test.Db,
            [First.And(("002_expand.sql", "ALTER TABLE a ADD COLUMN more text;")),
            new Module("Later", ("001.sql", "CREATE TABLE later (c text);"))], binary: 7);
        Assert.Empty(await Migrations.ApplyAsync(test.Db, [First], binary: 1));
        await WriteAsync(test.Db, "UPDATE a SET at = $1", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public async Task Only_a_binary_older_than_the_database_admits_refuses()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        await Migrations.ApplyAsync(test.Db, [First.And(("002_contract.sql", "-- oldest binary 5\nALTER TABLE a RENAME TO renamed;"))],
            binary: 6);
        var e = await Assert.ThrowsAsync<StartupException>(() => Migrations.ApplyAsync(test.Db, [First], binary: 4));
        Assert.DoesNotContain('\n', e.Message);
        Assert.Contains("schema 4", e.Message, StringComparison.Ordinal);
        Assert.Contains("schema 5", e.Message, StringComparison.Ordinal);
        Assert.Empty(await Migrations.ApplyAsync(test.Db, [First], binary: 5));
    }

    [Fact]
    public async Task Several_at_once_apply_each_once()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        var starters = Enumerable.Range(0, 6).Select(_ => test.Open()).ToList();
        var applied = await Task.WhenAll(starters.Select(db => Task.Run(() => Migrations.ApplyAsync(db, Server.Modules))));
        Assert.Single(applied, names => names.Count > 0);
        Assert.Equal(applied.Max(names => names.Count), await Scratch.CountAsync(test.Db, "schema_migrations"));
    }

    [Fact]
    public async Task Several_processes_at_once_apply_each_once()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ServerProcess.RunAsync(["migrate"], test.Url)));
        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Output));
        Assert.Single(runs, run => run.Output.Contains("applied Holdfast.Platform/001_platform.sql", StringComparison.Ordinal));
        Assert.Empty(await Migrations.ApplyAsync(test.Db, Server.Modules));
    }

    /// <summary>An assembly with scripts of the test's own.</summary>
    protected sealed class Module(string name, params (string Name, string Script)[] scripts) : Assembly
    {
        public Module And(params (string Name, string Script)[] more) => new(name, [.. scripts, .. more]);

        public override AssemblyName GetName() => new(name);

        public override string[] GetManifestResourceNames() => [.. scripts.Select(s => $"{name}.Migrations.{s.Name}")];

        public override Stream? GetManifestResourceStream(string resource) =>
            new MemoryStream(Encoding.UTF8.GetBytes(scripts.Single(s => resource == $"{name}.Migrations.{s.Name}").Script));
    }
}

public sealed class Migrations_on_sqlite() : MigrationTests(Backend.Sqlite);

public sealed class Migrations_on_postgresql() : MigrationTests(Backend.Postgres)
{
    [Fact]
    public async Task One_may_take_longer_than_any_other_statement()
    {
        await using var test = await TestDb.CreateAsync(Backend.Postgres, migrated: false);
        await using var db = Db.Open($"{test.Url}?CommandTimeout=1&Options=-c%20statement_timeout%3D1s");
        const string Slow = "DO $$ BEGIN PERFORM pg_sleep(2); END $$";
        Assert.Equal(["M/001.sql"], await Migrations.ApplyAsync(db, [new Module("M", ("001.sql", $"CREATE TABLE a (b int);\n{Slow};\n"))]));
        await Assert.ThrowsAnyAsync<Exception>(() => db.WriteAsync(tx => tx.ExecuteAsync(Slow)));
    }
}

using Holdfast.Commands;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Commands;

public abstract class VerifyTests(Backend backend)
{
    private static readonly DateTime Noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    public static TheoryData<string, string> Damage => new()
    {
        { "outbox_rows_have_their_event", "INSERT INTO outbox (subject, sequence) VALUES ($1, 1)" },
        { "events_of_a_subject_have_no_gaps",
            "INSERT INTO events (subject, sequence, type, store_id, occurred_at, actor, data) VALUES ($1, 2, 'x', $1, $2, 'system', $3)" },
        { "idempotency_keys_have_an_answer",
            "INSERT INTO idempotency_keys (key, fingerprint, status, response, created_at) VALUES ($1, $3, 0, $3, $2)" },
        { "idempotency_keys_have_an_answer",
            "INSERT INTO idempotency_keys (key, fingerprint, status, created_at) VALUES ($1, $3, 201, $2)" },
        { "stores_of_users_belong_to_an_account", "INSERT INTO user_stores (user_id, store_id) VALUES ($1, $1)" },
        { "users_have_a_role_and_guests_no_password",
            "INSERT INTO users (id, role, email, email_key, password_hash, active, created_at, updated_at) VALUES ($1, 'guest', 'a', "
                + "'a', 'b', $4, $2, $2)" },
        { "users_have_a_role_and_guests_no_password",
            "INSERT INTO users (id, role, email, email_key, active, created_at, updated_at) VALUES ($1, 'king', 'a', 'a', $4, $2, $2)" },
    };

    [Fact]
    public async Task A_new_database_and_one_with_the_demo_store_have_nothing_to_report()
    {
        await using var database = await TestDb.CreateAsync(backend);
        Assert.Equal((0, $"verify: {Server.Invariants.Count} checks, nothing to report"), await RunAsync(database.Db));
        Assert.True(await DemoStore.MakeAsync(database.Db, TestContext.Current.CancellationToken));
        Assert.False(await DemoStore.MakeAsync(database.Db, TestContext.Current.CancellationToken));
        Assert.Equal((0, $"verify: {Server.Invariants.Count} checks, nothing to report"), await RunAsync(database.Db));
    }

    [Theory]
    [MemberData(nameof(Damage))]
    public async Task Each_breach_is_named_with_its_row(string name, string sql)
    {
        await using var database = await TestDb.CreateAsync(backend);
        var id = Guid.CreateVersion7();
        var all = new object[] { id, Noon, new byte[] { 123, 125 }, true };
        await database.Db.WriteAsync(tx =>
            tx.ExecuteAsync(sql, [.. all.Take(Enumerable.Range(1, 4).Last(i => sql.Contains($"${i}", StringComparison.Ordinal)))]));
        var (code, output) = await RunAsync(database.Db);
        Assert.Equal(1, code);
        Assert.Contains($"broken {name}: 1 rows", output, StringComparison.Ordinal);
        Assert.Contains(id.ToString(), output, StringComparison.Ordinal);
        Assert.EndsWith(" checks, 1 broken", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stored_answers_point_to_events_that_are_there_or_erased_with_their_subject()
    {
        await using var database = await TestDb.CreateAsync(backend);
        var (erased, cut) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await database.Db.WriteAsync(async tx =>
        {
            foreach (var (subject, sequence) in new[] { (erased, 1), (cut, 2) })
            {
                await tx.ExecuteAsync(
                    "INSERT INTO idempotency_keys (key, fingerprint, status, event_subject, event_sequence, created_at) VALUES ($1, $2, "
                    + "201, $1, $3, $4)", subject, new byte[] { 1 }, sequence, Noon);
            }

            await tx.ExecuteAsync(
                "INSERT INTO events (subject, sequence, type, store_id, occurred_at, actor, data) VALUES ($1, 1, 'x', $1, $2, "
                + "'system', $3)", cut, Noon, new byte[] { 1 });
        });
        var (code, output) = await RunAsync(database.Db);
        Assert.Equal(1, code);
        Assert.Contains("broken idempotency_keys_point_to_events: 1 rows", output, StringComparison.Ordinal);
        Assert.Contains(cut.ToString(), output, StringComparison.Ordinal);
        Assert.DoesNotContain(erased.ToString(), output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_rows_the_first_are_shown()
    {
        await using var database = await TestDb.CreateAsync(backend);
        await database.Db.WriteAsync(async tx =>
        {
            for (var i = 0; i < 50; i++)
            {
                await tx.ExecuteAsync("INSERT INTO outbox (subject, sequence) VALUES ($1, 1)", Guid.CreateVersion7());
            }
        });
        Assert.Contains("broken outbox_rows_have_their_event: 20 rows and more", (await RunAsync(database.Db)).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repair_puts_a_balance_right_and_says_what_it_changed()
    {
        await using var database = await TestDb.CreateAsync(backend);
        await DemoStore.MakeAsync(database.Db, TestContext.Current.CancellationToken);
        await database.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE stock SET on_hand = on_hand + 7 WHERE on_hand = 500"));
        Assert.Equal(1, (await RunAsync(database.Db)).ExitCode);
        var (code, output) = await RunAsync(database.Db, withRepairs: true);
        Assert.Equal(0, code);
        Assert.Contains("on hand 507 -> 500", output, StringComparison.Ordinal);
        Assert.Equal((0, $"verify: {Server.Invariants.Count} checks, nothing to report"), await RunAsync(database.Db, withRepairs: true));
    }

    [Fact]
    public async Task As_a_command_it_changes_no_schema_and_ends_with_its_exit_code()
    {
        await using var database = await TestDb.CreateAsync(backend, migrated: false);
        var (before, refusal) = await ServerProcess.RunAsync(["verify"], database.Url);
        Assert.Equal((2, "holdfast: DATABASE_URL: the schema of this database is not up to date: run holdfast migrate."),
            (before, refusal));
        Assert.Equal(0, (await ServerProcess.RunAsync(["migrate"], database.Url)).ExitCode);
        Assert.Equal((0, $"verify: {Server.Invariants.Count} checks, nothing to report"),
            await ServerProcess.RunAsync(["verify"], database.Url));
        await database.Db.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO outbox (subject, sequence) VALUES ($1, 1)", Guid.CreateVersion7()));
        Assert.Equal(1, (await ServerProcess.RunAsync(["verify"], database.Url)).ExitCode);
    }

    [Fact]
    public async Task It_says_which_check_it_is_at()
    {
        await using var database = await TestDb.CreateAsync(backend);
        var seen = new List<string>();
        await Verification.RunAsync(database.Db, Server.Invariants, i => seen.Add(i.Name), TestContext.Current.CancellationToken);
        Assert.Equal(Server.Invariants.Select(i => i.Name), seen);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(Db db, bool withRepairs = false)
    {
        var output = new StringWriter();
        var code = await Verify.RunAsync(db, withRepairs, output);
        return (code, output.ToString().TrimEnd());
    }
}

public sealed class Verify_on_sqlite() : VerifyTests(Backend.Sqlite);

public sealed class Verify_on_postgresql() : VerifyTests(Backend.Postgres)
{
    private static readonly string[] Settings = ["enable_seqscan", "enable_nestloop", "jit", "statement_timeout", "transaction_read_only"];

    [Fact]
    public async Task Checks_are_planned_for_whole_tables_and_what_comes_after_them_is_not()
    {
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        var before = await ReadAsync(database.Db);
        var settings = new Invariant("settings", $"SELECT {string.Join(", ", Settings.Select(s => $"current_setting('{s}') AS {s}"))}");
        var found = Assert.Single(await Verification.RunAsync(database.Db, [settings], ct: TestContext.Current.CancellationToken));
        Assert.Equal("enable_seqscan=on, enable_nestloop=off, jit=off, statement_timeout=0, transaction_read_only=on",
            Assert.Single(found.Rows));
        Assert.Equal(before, await ReadAsync(database.Db));
    }

    /// <summary>A LIMIT of PostgreSQL's makes a plan for the first rows, which never ends where there are none.</summary>
    [Fact]
    public async Task A_check_is_planned_for_all_rows_though_only_the_first_are_wanted()
    {
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        await database.Db.WriteAsync(tx =>
            tx.ExecuteAsync(
            "CREATE FUNCTION running() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT query FROM pg_stat_activity WHERE pid = "
            + "pg_backend_pid() $$"));
        var found = Assert.Single(
            await Verification.RunAsync(database.Db, [new Invariant("itself", "SELECT running()")],
            ct: TestContext.Current.CancellationToken));
        Assert.Contains("AS MATERIALIZED (SELECT running())", Assert.Single(found.Rows), StringComparison.Ordinal);
    }

    private static async Task<string> ReadAsync(Db db) =>
        string.Join(' ',
        await Task.WhenAll(Settings.Select(s => db.ReadAsync(r => r.FirstAsync($"SELECT current_setting('{s}')", row => row.Text(0))))));
}

using Holdfast.Commands;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Commands;

/// <summary>
/// A database that is damaged, missing or no database: each command says so in one line, with what to do, and ends with exit code 2.
/// </summary>
public sealed class DamagedDatabaseTests : IAsyncLifetime
{
    private const int PageBytes = 4096;
    private const string Damaged = "the SQLite file is damaged: ";
    private const string NoDatabase = "the file is not an SQLite database, or its beginning is damaged: ";

    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-damaged-").FullName;

    private string File => Path.Combine(_folder, "holdfast.db");

    /// <summary>A file with the demo store, and with an audit log, which no invariant reads, over many pages.</summary>
    public async ValueTask InitializeAsync()
    {
        await using var db = Db.Open($"sqlite:{File}");
        await Migrations.ApplyAsync(db, Server.Modules);
        await DemoStore.MakeAsync(db, TestContext.Current.CancellationToken);
        await db.WriteAsync(async tx =>
        {
            var rows = new RowSet("audit_log", new("id", ColumnType.Uuid), new("occurred_at", ColumnType.Time),
                new("actor", ColumnType.Text), new("action", ColumnType.Text));
            for (var i = 0; i < 2000; i++)
            {
                rows.Add(Guid.CreateVersion7()).Add(DateTime.UnixEpoch).Add("somebody").Add($"needle {i}");
            }

            var batch = tx.Batch();
            batch.Insert(rows);
            await batch.RunAsync();
        });
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    public static TheoryData<string, string, string> Damage => new()
    {
        { "its header", "verify", NoDatabase },
        { "its header", "export", NoDatabase },
        { "its header", "migrate", NoDatabase },
        { "its header", "serve", NoDatabase },
        { "another file", "verify", NoDatabase },
        { "its schema", "verify", Damaged },
        { "its end", "verify", Damaged },
        { "its end", "migrate", Damaged },
        { "a page that no check reads", "verify", Damaged },
    };

    [Theory]
    [MemberData(nameof(Damage))]
    public async Task Damage_is_told_in_one_line(string what, string command, string line)
    {
        Spoil(what);
        await RefusesAsync($"sqlite:{File}", command, line);
    }

    [Fact]
    public async Task Damage_is_told_before_a_repair_changes_anything()
    {
        Spoil("a page that no check reads");
        await using var db = Db.Open($"sqlite:{File}");
        await db.WriteAsync(tx => tx.ExecuteAsync("UPDATE stock SET on_hand = on_hand + 7"));
        var refusal = await Assert.ThrowsAsync<StartupException>(() =>
            Verify.RunAsync(db, withRepairs: true, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Contains(Damaged, refusal.Message, StringComparison.Ordinal);
        Assert.NotEmpty(await Verification.RunAsync(db, Server.Invariants, ct: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_command_that_reads_makes_no_file_and_takes_no_folder_for_one()
    {
        var missing = Path.Combine(_folder, "none", "holdfast.db");
        await RefusesAsync($"sqlite:{missing}", "verify",
            $"there is no file {missing}: name another, or make a database with holdfast migrate.");
        Assert.False(Directory.Exists(Path.GetDirectoryName(missing)));
        await RefusesAsync($"sqlite:{_folder}", "verify", $"{_folder} is a directory: name the file in it.");
        await RefusesAsync($"sqlite:{_folder}", "migrate", "the SQLite file cannot be opened: it is a directory, or ");
        await RefusesAsync($"sqlite:{File}/holdfast.db", "migrate", $"The file '{File}' already exists.");
    }

    [Fact]
    public async Task A_postgresql_that_is_away_or_lacks_the_database_is_told_in_one_line()
    {
        await RefusesAsync($"postgres://postgres@127.0.0.1:{Ports.Free()}/none", "verify", "PostgreSQL cannot be reached: ");
        PostgresServer.Require();
        await RefusesAsync((await PostgresServer.SharedAsync()).Url("no_such_database"), "verify",
            "PostgreSQL refuses: database \"no_such_database\" does not exist (3D000)");
    }

    private void Spoil(string what)
    {
        var bytes = System.IO.File.ReadAllBytes(File);
        switch (what)
        {
            case "its header":
                bytes.AsSpan(0, 100).Fill(0x55);
                break;
            case "another file":
                bytes = "Dear reader, this is a letter."u8.ToArray();
                break;
            case "its schema":
                bytes.AsSpan(100, PageBytes - 100).Fill(0x55);
                break;
            case "its end":
                bytes = bytes[..(bytes.Length / PageBytes / 2 * PageBytes)];
                break;
            default:
                var page = bytes.AsSpan().IndexOf("needle 1000"u8) / PageBytes;
                bytes.AsSpan(page * PageBytes, PageBytes).Fill(0x55);
                break;
        }

        System.IO.File.WriteAllBytes(File, bytes);
    }

    private async Task RefusesAsync(string url, string command, string line)
    {
        string[] args = command switch
        {
            "export" => ["export", "orders", Path.Combine(_folder, "orders.csv")],
            "serve" => ["serve", "--empty"],
            _ => [command],
        };
        var (code, output) = await ServerProcess.RunAsync(args, url);
        Assert.StartsWith($"holdfast: DATABASE_URL: {line}", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', output);
        Assert.Equal(2, code);
    }
}

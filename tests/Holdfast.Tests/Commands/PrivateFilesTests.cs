using System.Net.Http.Json;
using System.Runtime.Versioning;
using Holdfast.Configuration;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Commands;

/// <summary>What Holdfast writes to disk is its user's alone.</summary>
[Slow]
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFilesTests : IDisposable
{
    private const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode OpenDirectory = Open | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly Dictionary<string, string> NoKey = new() { ["SECRETS_KEY"] = "" };

    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-private-").FullName;

    [Fact]
    public async Task Databases_mails_and_exports_can_be_read_by_nobody_else()
    {
        await using (var server = await ServerProcess.StartInAsync(_folder, NoKey))
        {
            using var registered = await server.Client.PostAsJsonAsync("/api/v1/auth/register",
                new { email = "an@example.com", password = "a good long password" }, TestContext.Current.CancellationToken);
            Assert.Equal(201, (int)registered.StatusCode);
            using var forgot = await server.Client.PostAsJsonAsync("/api/v1/auth/forgot-password", new { email = "an@example.com" },
                TestContext.Current.CancellationToken);
            Assert.Equal(202, (int)forgot.StatusCode);
            await Until.TrueAsync("the mail is written", () => Directory.Exists(In("data/mails"))
                && Directory.GetFiles(In("data/mails"), "*.eml").Length == 1);
            // While it runs, so that -wal and -shm are there.
            foreach (var what in new[] { "orders", "products" })
            {
                Assert.Equal(0, (await ServerProcess.RunAsync(["export", what, $"{what}.csv"], ServerProcess.DefaultDatabase,
                    folder: _folder)).ExitCode);
            }

            var files = Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_folder, f))
                .Order(StringComparer.Ordinal).ToList();
            Assert.Equal(["data/holdfast.db", "data/holdfast.db-shm", "data/holdfast.db-wal",
                files.Single(f => f.EndsWith(".eml", StringComparison.Ordinal)), "orders.csv", "products.csv"], files);
            Assert.All(files, f => Assert.True(File.GetUnixFileMode(In(f)) == PrivateFiles.OfFiles, $"{f}: {File.GetUnixFileMode(In(f))}"));
            Assert.All(["data", "data/mails"], d => Assert.Equal(PrivateFiles.OfDirectories, File.GetUnixFileMode(In(d))));

            var lines = server.Output.Split('\n').Where(l => l.Contains("SECRETS_KEY", StringComparison.Ordinal)).ToList();
            Assert.Equal("  secrets    not encrypted: whoever reads the database can sign in as anybody; set SECRETS_KEY to what "
                + "openssl rand -base64 32 prints, and keep it apart (docs/sign-in.md)", Assert.Single(lines));
            Assert.DoesNotContain("other users could read", server.Output);
        }

        // As an earlier release left it.
        foreach (var directory in new[] { "data", "data/mails" })
        {
            File.SetUnixFileMode(In(directory), OpenDirectory);
            Directory.GetFiles(In(directory)).ToList().ForEach(f => File.SetUnixFileMode(f, Open));
        }

        var key = Convert.ToBase64String(new byte[32]);
        await using var again = await ServerProcess.StartInAsync(_folder, new Dictionary<string, string> { ["SECRETS_KEY"] = key });
        await Until.TrueAsync("the log says so", () => again.Output.Contains("other users could read", StringComparison.Ordinal));
        var told = Assert.Single(again.Output.Split('\n'), l => l.Contains("other users could read", StringComparison.Ordinal));
        Assert.Contains($"At start other users could read {In("data")} and ", told);
        Assert.Contains(" more: directories are 0700 and files 0600 now", told);
        Assert.All(Directory.GetFiles(In("data"), "*", SearchOption.AllDirectories), f =>
            Assert.Equal(PrivateFiles.OfFiles, File.GetUnixFileMode(f)));
        Assert.All(["data", "data/mails"], d => Assert.Equal(PrivateFiles.OfDirectories, File.GetUnixFileMode(In(d))));
        Assert.Contains("  secrets    encrypted with SECRETS_KEY\n", again.Output + "\n");
    }

    [Fact]
    public void A_directory_that_holds_other_things_keeps_its_mode()
    {
        foreach (var (folder, others, becomes) in new[] { ("own", false, PrivateFiles.OfDirectories), ("shared", true, OpenDirectory) })
        {
            Directory.CreateDirectory(In(folder), OpenDirectory);
            File.SetUnixFileMode(In(folder), OpenDirectory);
            foreach (var name in new[] { "shop.db", "shop.db-wal" }.Concat(others ? ["holiday.txt"] : []))
            {
                File.WriteAllText(In($"{folder}/{name}"), "x");
                File.SetUnixFileMode(In($"{folder}/{name}"), Open);
            }

            Assert.NotNull(DataFiles.Tighten(new Settings { DatabaseUrl = $"sqlite:{In(folder)}/shop.db" }, withMails: false));
            Assert.Equal(becomes, File.GetUnixFileMode(In(folder)));
            Assert.Equal((PrivateFiles.OfFiles, PrivateFiles.OfFiles),
                (File.GetUnixFileMode(In($"{folder}/shop.db")), File.GetUnixFileMode(In($"{folder}/shop.db-wal"))));
            Assert.Null(DataFiles.Tighten(new Settings { DatabaseUrl = $"sqlite:{In(folder)}/shop.db" }, withMails: false));
        }

        Assert.Equal(Open, File.GetUnixFileMode(In("shared/holiday.txt")));
    }

    [Fact]
    public async Task A_database_that_is_opened_without_the_executable_is_private_too()
    {
        await using var db = Db.Open($"sqlite:{In("new/shop.db")}");
        await db.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE t (a int)"), TestContext.Current.CancellationToken);
        Assert.Equal(3, Directory.GetFiles(In("new")).Length);
        Assert.All(Directory.GetFiles(In("new")), f => Assert.Equal(PrivateFiles.OfFiles, File.GetUnixFileMode(f)));
        Assert.Equal(PrivateFiles.OfDirectories, File.GetUnixFileMode(In("new")));
    }

    [Fact]
    public void An_export_over_a_file_that_others_can_read_makes_it_private()
    {
        File.WriteAllText(In("old.csv"), "x");
        File.SetUnixFileMode(In("old.csv"), Open);
        PrivateFiles.Create(In("old.csv")).Dispose();
        Assert.Equal((PrivateFiles.OfFiles, 0), (File.GetUnixFileMode(In("old.csv")), new FileInfo(In("old.csv")).Length));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string path) => Path.Combine(_folder, path);
}

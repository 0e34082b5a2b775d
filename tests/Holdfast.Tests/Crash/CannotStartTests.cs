using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Crash;

/// <summary>A server that cannot start over its database says why in one line, without a stack trace, and ends with 2.</summary>
public sealed class CannotStartTests(CannotStartTests.Host host) : IClassFixture<CannotStartTests.Host>
{
    [Theory]
    [InlineData("holdfast", "empty", "Nonsense=1")]
    [InlineData("holdfast", "empty", "MinPoolSize=30&MaxPoolSize=5")]
    [InlineData("holdfast", "empty", "Timeout=soon")]
    [InlineData("holdfast", "empty", "Options=-c%20lock_timeout%3D0")]
    [InlineData("holdfast", "empty", "Options=-c%20synchronous_commit%3Doff")]
    [InlineData("narrow", "narrow", "")]
    [InlineData("shut", "empty", "")]
    [InlineData("plain", "crowded", "")]
    [InlineData("holdfast", "nowhere", "")]
    [InlineData("locked:s3cret-guess", "empty", "")]
    [InlineData("nobody_known", "empty", "")]
    [InlineData("reader", "reader", "")]
    public async Task Whatever_the_reason(string user, string database, string options)
    {
        var url = $"postgres://{user}@127.0.0.1:{host.Postgres.Port}/{database}{(options.Length > 0 ? "?" : "")}{options}";
        await AssertSaysWhyAsync(url);
    }

    /// <summary>COMMIT would not wait for the standby, and what is acknowledged would be lost when that is promoted.</summary>
    [Fact]
    public async Task A_synchronous_standby_that_no_commit_waits_for()
    {
        // There is none by that name, and nobody here waits for it.
        await using var postgres = await PostgresServer.StartAsync("synchronous_standby_names=absent", "synchronous_commit=local");
        await AssertSaysWhyAsync(postgres.Url("postgres"), "synchronous_commit is local");
        await CheckAsync(postgres, "remote_write");
        await CheckAsync(postgres, "on");
        await CheckAsync(host.Postgres, "local");
    }

    [Fact]
    public async Task A_server_with_few_connections()
    {
        await using var postgres = await PostgresServer.StartAsync("max_connections=9", "superuser_reserved_connections=2",
            "max_wal_senders=0");
        await postgres.ExecuteAsync("CREATE ROLE plain LOGIN");
        await postgres.ExecuteAsync("CREATE DATABASE shop OWNER plain");
        await AssertSaysWhyAsync(postgres.Url("shop").Replace("holdfast@", "plain@", StringComparison.Ordinal), "7 connections");
        await CheckAsync(postgres, "on");
    }

    [Fact]
    public async Task A_full_disk()
    {
        await using var disk = await SmallDisk.MakeAsync("1m");
        disk.Fill();
        await AssertSaysWhyAsync($"sqlite:{disk.Folder}/shop.db");
    }

    private static async Task CheckAsync(PostgresServer postgres, string durability)
    {
        await using var db = Db.Open($"{postgres.Url("postgres")}?Options=-c%20synchronous_commit%3D{durability}");
        await db.CheckAsync(TestContext.Current.CancellationToken);
    }

    private static async Task AssertSaysWhyAsync(string url, string why = "")
    {
        var settings = new Dictionary<string, string> { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" };
        var (code, output) = await ServerProcess.RunAsync(["serve", "--empty"], url, settings, seconds: 60);
        Assert.True(code == 2, $"{code}: {output}");
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("holdfast: DATABASE_URL: ", line, StringComparison.Ordinal);
        Assert.Contains(why, output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", output, StringComparison.Ordinal);
    }

    /// <summary>A PostgreSQL of these tests' own, with roles and databases that are no good.</summary>
    public sealed class Host : IAsyncLifetime
    {
        private PostgresServer? _postgres;

        /// <summary>Skips the calling test where PostgreSQL is not installed.</summary>
        public PostgresServer Postgres
        {
            get
            {
                PostgresServer.Require();
                return _postgres!;
            }
        }

        public async ValueTask InitializeAsync()
        {
            if (PostgresServer.Binaries is null)
            {
                return;
            }

            _postgres = await PostgresServer.StartAsync();
            foreach (var statement in new[]
            {
                "CREATE ROLE narrow LOGIN CONNECTION LIMIT 2", "CREATE ROLE shut LOGIN CONNECTION LIMIT 0",
                "CREATE ROLE locked LOGIN PASSWORD 'right'", "CREATE ROLE reader LOGIN",
                "ALTER ROLE reader SET default_transaction_read_only = on", "CREATE DATABASE empty",
                "CREATE DATABASE narrow OWNER narrow", "CREATE DATABASE reader OWNER reader",
                "CREATE ROLE plain LOGIN", "CREATE DATABASE crowded OWNER plain CONNECTION LIMIT 3",
            })
            {
                await _postgres.ExecuteAsync(statement);
            }

            var access = Path.Combine(_postgres.Folder, "data", "pg_hba.conf");
            await File.WriteAllTextAsync(access, $"host all locked 127.0.0.1/32 scram-sha-256\n{await File.ReadAllTextAsync(access)}");
            await _postgres.ExecuteAsync("SELECT pg_reload_conf()");
        }

        public ValueTask DisposeAsync() => _postgres?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

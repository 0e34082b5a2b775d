using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Tests.Fixtures;

/// <summary>That what the other tests stand on holds.</summary>
[Slow]
public abstract class FixtureTests(TestHost host)
{
    [Fact]
    public async Task Gives_a_server_over_a_database_with_tables()
    {
        Assert.Equal(host.Backend == Backend.Sqlite ? "sqlite" : "postgresql", host.Server.Db.Name);
        Assert.Equal(0, await host.Server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM outbox", r => r.Long(0))));
        using var answer = await host.Server.Guest.GetAsync(new Uri("/api/v1/nothing-here", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Gives_a_process_that_can_be_paused_killed_and_ended()
    {
        await using var test = await TestDb.CreateAsync(host.Backend, migrated: false);
        await using (var first = await ServerProcess.StartAsync(test.Url))
        {
            first.Pause();
            using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(0.5)))
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                    first.Client.GetAsync(new Uri("/health/live", UriKind.Relative), limit.Token));
            }

            first.Resume();
            await first.ReadyAsync();
            await first.KillAsync();
            await Assert.ThrowsAsync<HttpRequestException>(() => first.Client.GetAsync(new Uri("/health/live", UriKind.Relative)));
        }

        await using var second = await ServerProcess.StartAsync(test.Url);
        var code = await second.TerminateAsync();
        Assert.True(code == 0, $"{code}:\n{second.Output}");
    }
}

public sealed class Fixture_on_sqlite(SqliteHost host) : FixtureTests(host), IClassFixture<SqliteHost>;

public sealed class Fixture_on_postgresql(PostgresHost host) : FixtureTests(host), IClassFixture<PostgresHost>
{
    [Fact]
    public async Task The_server_ends_when_the_tests_are_killed()
    {
        PostgresServer.Require();
        var start = new ProcessStartInfo("dotnet",
            [typeof(PostgresServer).Assembly.Location, PostgresServer.Word])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true
        };
        using var tests = Process.Start(start)!;
        var said = (await tests.StandardOutput.ReadLineAsync())!.Split(' ');
        var (port, folder) = (int.Parse(said[0], CultureInfo.InvariantCulture), said[1]);
        Assert.True(await AnswersAsync(port));
        Shell.Signal(tests.Id, Shell.SigKill);
        await Until.TrueAsync("its folder is gone", () => !Directory.Exists(folder));
        Assert.False(await AnswersAsync(port));
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

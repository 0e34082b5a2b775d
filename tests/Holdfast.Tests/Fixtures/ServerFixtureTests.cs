using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Tests.Fixtures;

/// <summary>Processes that end while somebody looks at them, and ports that somebody else has.</summary>
[Slow]
public sealed class ServerFixtureTests
{
    [Fact]
    public async Task A_process_that_ends_while_it_is_looked_at_has_gone_and_that_is_no_error()
    {
        for (var i = 0; i < 100; i++)
        {
            using var process = Process.Start(new ProcessStartInfo("/bin/true"))!;
            while (!Shell.IsGone(process.Id))
            {
            }

            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.False(Shell.Signal(process, Shell.SigKill));
            Assert.False(Shell.Signal(process.Id, Shell.SigTerm));
            Assert.Throws<InvalidOperationException>(() => Shell.Stop(process.Id));
            Assert.Throws<InvalidOperationException>(() => Shell.StandsStill(process.Id));
        }
    }

    [Fact]
    public async Task A_Redis_whose_port_is_taken_gets_another()
    {
        using var taken = Take();
        await using var server = await RedisServer.StartAsync();
        Assert.NotEqual(Port(taken), server.Port);
        Assert.Equal("PONG", await server.CliAsync("PING"));
    }

    [Fact]
    public async Task A_mail_server_whose_port_is_taken_gets_another()
    {
        using var taken = Take();
        await using var server = await MailServer.StartAsync();
        Assert.NotEqual(Port(taken), server.Port);
    }

    [Fact]
    public async Task A_PostgreSQL_whose_port_is_taken_gets_another()
    {
        using var taken = Take();
        await using var server = await PostgresServer.StartAsync();
        Assert.NotEqual(Port(taken), server.Port);
        await server.ExecuteAsync("SELECT 1");
    }

    [Fact]
    public async Task A_RabbitMQ_whose_port_is_taken_gets_another()
    {
        RabbitServer.Require();
        using var taken = Take(Ports.Free(), Ports.Free(), Ports.Free());
        await using var server = await RabbitServer.StartAsync();
        Assert.NotEqual(Port(taken), server.Port);
        await server.HostAsync();
    }

    [Fact]
    public async Task A_server_whose_port_is_taken_gets_another()
    {
        await using var database = await TestDb.CreateAsync(Backend.Sqlite);
        using var taken = Take();
        await using var server = await ServerProcess.StartAsync(database.Url);
        Assert.NotEqual(Port(taken), server.Address.Port);
    }

    [Fact]
    public async Task A_port_that_stays_taken_is_given_up()
    {
        using var taken = Ports.Listen();
        await Assert.ThrowsAsync<EndedException>(() => MailServer.StartAsync(Port(taken)));
    }

    [Fact]
    public async Task Another_run_of_the_tests_gets_none_of_our_ports()
    {
        const string Claim = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(sys.argv[2]))";
        Assert.SkipWhen(!File.Exists("/usr/bin/python3"), "python3 is not installed: apt-get install python3");
        var port = Ports.Free().ToString(CultureInfo.InvariantCulture);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Shell.RunAsync("/usr/bin/python3", "-c", Claim, Ports.Claims, port));
        Assert.Contains("BlockingIOError", refused.Message, StringComparison.Ordinal);
        await Shell.RunAsync("/usr/bin/python3", "-c", Claim, Ports.Claims, "1");
    }

    /// <summary>A listener on the port that comes next, after these.</summary>
    private static TcpListener Take(params int[] before)
    {
        var taken = Ports.Listen();
        Ports.Next([.. before, Port(taken)]);
        return taken;
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}

/// <summary>A server that is shared, and dies between two who use it.</summary>
[Slow]
public sealed class SharedServerTests
{
    [Fact]
    public Task A_PostgreSQL_that_was_killed_is_there_for_the_next_with_all_it_had() => KilledAsync(() => PostgresServer.StartAsync(),
        server => server.ExecuteAsync("CREATE TABLE kept (n int)"), server => server.ExecuteAsync("INSERT INTO kept VALUES (1)"));

    [Fact]
    public Task A_Redis_that_was_killed_is_there_for_the_next() => KilledAsync(() => RedisServer.StartAsync(),
        server => server.CliAsync("SET", "a", "1"), server => server.CliAsync("SET", "a", "2"));

    [Fact]
    public Task A_RabbitMQ_that_was_killed_is_there_for_the_next_with_all_it_had()
    {
        var url = "";
        return KilledAsync(() => RabbitServer.StartAsync(), async server => url = await server.HostAsync(), async server =>
        {
            await using var connection = await server.ConnectAsync(url);
            await server.HostAsync();
        });
    }

    [Fact]
    public async Task One_that_was_left_standing_still_goes_on()
    {
        await using var shared = new SharedServer<RedisServer>(() => RedisServer.StartAsync());
        (await shared.TakeAsync()).Pause();
        Assert.Equal("PONG", await (await shared.TakeAsync()).CliAsync("PING"));
    }

    [Fact]
    public async Task One_that_could_not_be_started_is_tried_again_by_the_next()
    {
        var tries = 0;
        await using var shared = new SharedServer<RedisServer>(() => ++tries == 1 ? throw new InvalidOperationException("no memory")
            : RedisServer.StartAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(shared.TakeAsync);
        Assert.Equal("PONG", await (await shared.TakeAsync()).CliAsync("PING"));
    }

    private static async Task KilledAsync<T>(Func<Task<T>> start, Func<T, Task> use, Func<T, Task> useAgain) where T : class, IRevivable
    {
        await using var shared = new SharedServer<T>(start);
        var server = await shared.TakeAsync();
        await use(server);
        var id = server.ProcessId!.Value;
        Assert.True(Shell.Signal(id, Shell.SigKill));
        await Until.TrueAsync("it has gone", () => Shell.IsGone(id));
        Assert.Same(server, await shared.TakeAsync());
        Assert.NotEqual(id, server.ProcessId);
        await useAgain(server);
    }
}

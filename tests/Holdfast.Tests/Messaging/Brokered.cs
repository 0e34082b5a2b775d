using System.Diagnostics;
using System.Text;
using Holdfast.Configuration;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Holdfast.Tests.Messaging;

/// <summary>A database, a broker of the given kind, and servers over both: what the tests of transports share.</summary>
internal sealed class Brokered : IAsyncDisposable
{
    private readonly List<TestServer> _servers = [];
    private readonly KafkaServer? _kafka;

    private Brokered(TestDb database, string way, string? rabbitUrl, string? kafkaBrokers, KafkaServer? kafka) =>
        (Database, Way, RabbitUrl, KafkaBrokers, _kafka) = (database, way, rabbitUrl, kafkaBrokers ?? kafka?.Brokers, kafka);

    public TestDb Database { get; }

    public string Way { get; }

    public string? RabbitUrl { get; }

    public string? KafkaBrokers { get; }

    /// <summary>The server that was started first.</summary>
    public TestServer First => _servers[0];

    public Heard Heard { get; } = new();

    /// <summary>Without an address: over a broker of the way of its own.</summary>
    public static async Task<Brokered> StartAsync(Backend backend, string way, string? rabbitUrl = null, string? kafkaBrokers = null)
    {
        rabbitUrl ??= way == MessagingOptions.RabbitMq ? await (await RabbitServer.SharedAsync()).HostAsync() : null;
        var kafka = way == MessagingOptions.Kafka && kafkaBrokers is null ? await KafkaServer.StartAsync() : null;
        var brokered = new Brokered(await TestDb.CreateAsync(backend), way, rabbitUrl, kafkaBrokers, kafka);
        await Heard.ResetAsync(brokered.Database.Db);
        return brokered;
    }

    /// <summary>A server whose consumers get their events by the way, or by another.</summary>
    public async Task<TestServer> ServeAsync(string? way = null, Func<MessagingOptions, MessagingOptions>? change = null)
    {
        var options = new MessagingOptions
        {
            RabbitMqUrl = RabbitUrl,
            KafkaBrokers = KafkaBrokers,
            ConsumerTransport = way ?? Way,
            MaxAttempts = 3,
            FirstPause = TimeSpan.FromMilliseconds(20),
            Patience = TimeSpan.FromSeconds(3),
            Lease = TimeSpan.FromSeconds(5),
        };
        var server = await TestServer.StartAsync(Database, s => s.AddSingleton<IConsumer>(Heard), ownsDatabase: false,
            settings: new Settings { RateLimits = false, Messaging = change?.Invoke(options) ?? options });
        _servers.Add(server);
        return server;
    }

    public async Task StopAsync(TestServer server)
    {
        _servers.Remove(server);
        await server.DisposeAsync();
    }

    /// <summary>Puts bytes where our events go, as somebody else might.</summary>
    public async Task SendAsync(string topic, string type, params byte[][] bodies)
    {
        if (RabbitUrl is not null)
        {
            await using var connection = await new ConnectionFactory { Uri = new Uri(RabbitUrl) }.CreateConnectionAsync();
            foreach (var body in bodies)
            {
                await Until.TrueAsync("somebody is bound", async () => await HasPublishedAsync(connection, topic, type, body));
            }
        }
        else
        {
            foreach (var body in bodies)
            {
                var start = new ProcessStartInfo("kcat",
                    ["-P", "-b", KafkaBrokers!, "-t", topic, "-k", "k", "-H", $"type={type}", "-D", "\u0003", "-X",
                    "message.max.bytes=10000000"])
                { RedirectStandardInput = true };
                using var kcat = Process.Start(start)!;
                await kcat.StandardInput.BaseStream.WriteAsync(body);
                kcat.StandardInput.Close();
                await kcat.WaitForExitAsync();
                Assert.Equal(0, kcat.ExitCode);
            }
        }
    }

    /// <summary>As a careful partner sends: where there is no exchange, or nobody bound to it, nothing was sent.</summary>
    private static async Task<bool> HasPublishedAsync(IConnection connection, string topic, string type, byte[] body)
    {
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        try
        {
            await channel.BasicPublishAsync(topic, type, mandatory: true, body);
            return true;
        }
        catch (Exception e)
            when (e is PublishException { IsReturn: true }
                or OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotFound })
        {
            return false;
        }
    }

    /// <summary>
    /// The auditor: waits until everything that was committed has been heard, then compares with the events and with the orders: each event
    /// of each order once, in order, none that did not happen; nothing left anywhere.
    /// </summary>
    public async Task AuditAsync(double seconds = 120)
    {
        var db = Database.Db;
        // A glance first: the whole comparison, made again and again, would be most of the load.
        await Until.TrueAsync("as many events have been heard", async () => await db.ReadAsync(s => s.FirstAsync(
            "SELECT (SELECT COUNT(*) FROM events) - (SELECT COUNT(*) FROM heard WHERE consumer = 'heard')", r => r.Long(0))) <= 0, seconds);
        await Until.TrueAsync("all events have been heard", async () => await db.ReadAsync(s => s.FirstAsync(
            "SELECT COUNT(*) FROM events e LEFT JOIN heard h ON h.consumer = 'heard' AND h.subject = e.subject AND h.sequence = "
            + "e.sequence WHERE h.subject IS NULL", r => r.Long(0))) == 0, seconds);
        await Until.TrueAsync("nothing is on its way", async () => await Heard.RowsAsync(db, "outbox")
            + await Heard.RowsAsync(db, "deliveries") == 0, seconds);
        Assert.False(Heard.OutOfOrder);
        Assert.Empty(
            await db.ReadAsync(s =>
            s.QueryAsync("SELECT subject, sequence, times FROM heard WHERE times <> 1", r => $"{r.Uuid(0)}:{r.Int(1)} {r.Int(2)} times")));
        Assert.Empty(
            await db.ReadAsync(s =>
            s.QueryAsync(
            "SELECT a.subject, a.sequence FROM heard a JOIN heard b ON b.subject = a.subject AND b.consumer = a.consumer AND b.sequence "
            + "> a.sequence AND b.after < a.after",
            r => $"{r.Uuid(0)}:{r.Int(1)} came late")));
        Assert.Empty(
            await db.ReadAsync(s =>
            s.QueryAsync(
            "SELECT o.id, o.event_sequence, COUNT(h.sequence) FROM orders o LEFT JOIN heard h ON h.subject = o.id AND h.consumer = 'heard' "
            + "GROUP BY o.id, o.event_sequence HAVING COUNT(h.sequence) <> o.event_sequence",
            r => $"{r.Uuid(0)}: {r.Long(2)} of {r.Long(1)}")));
        using var output = new StringWriter();
        Assert.True(await Holdfast.Commands.Verify.RunAsync(db, withRepairs: false, output) == 0, output.ToString());
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        await Database.DisposeAsync();
        if (_kafka is not null)
        {
            await _kafka.DisposeAsync();
        }
    }
}

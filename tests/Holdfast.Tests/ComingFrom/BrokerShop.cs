using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Messaging;
using Holdfast.Tests.Orders;
using RabbitMQ.Client;

namespace Holdfast.Tests.ComingFrom;

/// <summary>
/// A class fixture: a server over a broker of its own, a shop, and somebody else's service that listens. The first test that asks starts
/// it, so that the tests are skipped where the broker is not installed.
/// </summary>
public abstract class BrokerShop(string way) : IAsyncLifetime
{
    private Task? _started;
    private Brokered? _brokered;

    internal TestServer Server => Brokered.First;

    internal Shop Shop { get; private set; } = null!;

    private protected Brokered Brokered => _brokered!;

    public Task OpenAsync() => _started ??= StartAsync();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _brokered?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>What was published about the subject, waited for until the type is among it: the message's key and its JSON.</summary>
    internal async Task<(string Key, JsonElement Message)> HeardAsync(string type, string subject)
    {
        (string Key, JsonElement Message) heard = default;
        await Until.TrueAsync($"{type} is heard", async () =>
        {
            heard = (await AllAsync()).FirstOrDefault(m => m.Message.Text("type") == type && m.Message.Text("subject") == subject);
            return heard.Key is not null;
        });
        return heard;
    }

    /// <summary>Tells the engine something, as somebody else's service does.</summary>
    internal Task TellAsync(string type, JsonObject body) =>
        Brokered.SendAsync(Topics.Inbox, type, Brokered.Bytes(body.ToJsonString()));

    /// <summary>Waits for the dead letter whose payload names the order; its reason.</summary>
    internal async Task<string> PutAsideAsync(string order)
    {
        string? reason = null;
        await Until.TrueAsync("it is a dead letter", async () =>
        {
            reason = (await DeadLetterStore.NewestAsync(Server.Db, 100))
                .FirstOrDefault(l => System.Text.Encoding.UTF8.GetString(l.Payload).Contains(order, StringComparison.Ordinal))?.Reason;
            return reason is not null;
        });
        return reason!;
    }

    /// <summary>Waits until the order is in this state: its status and its payment's.</summary>
    internal Task BecomesAsync(JsonElement order, string status, string payment) =>
        Until.TrueAsync($"it is {status} and {payment}", async () =>
            Desk.State(await new Desk(Server, Shop).GetAsync(order)) is var state && (state.Status, state.Payment) == (status, payment));

    /// <summary>Everything that has been published since the start, the oldest first.</summary>
    private protected abstract Task<IReadOnlyList<(string Key, JsonElement Message)>> AllAsync();

    private protected virtual Task ListenAsync() => Task.CompletedTask;

    private async Task StartAsync()
    {
        _brokered = await Brokered.StartAsync(Backend.Sqlite, way);
        await _brokered.ServeAsync(MessagingOptions.Outbox);
        Shop = await Shop.CreateAsync(Server.Db, 10_000);
        await ListenAsync();
    }
}

/// <summary>With Kafka, whose topic is read with kcat.</summary>
public sealed class KafkaShop() : BrokerShop(MessagingOptions.Kafka)
{
    private protected override async Task<IReadOnlyList<(string Key, JsonElement Message)>> AllAsync()
    {
        var read = await Shell.RunAsync("bash", "-c",
            $"kcat -C -q -e -b {Brokered.KafkaBrokers} -t {Topics.Events} -o beginning -f '%k %s\\n' || true");
        return [.. read.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (line[..line.IndexOf(' ', StringComparison.Ordinal)],
                JsonDocument.Parse(line[line.IndexOf(' ', StringComparison.Ordinal)..]).RootElement))];
    }
}

/// <summary>With RabbitMQ, and a queue that is bound to all events. The key of a message is its routing key.</summary>
public sealed class RabbitShop() : BrokerShop(MessagingOptions.RabbitMq)
{
    private const string Queue = "payment_queue";
    private readonly List<(string Key, JsonElement Message)> _heard = [];

    private protected override async Task ListenAsync()
    {
        await using var connection = await ConnectAsync();
        await Until.TrueAsync("the exchange is there", async () =>
        {
            await using var channel = await connection.CreateChannelAsync();
            try
            {
                await channel.ExchangeDeclarePassiveAsync(Topics.Events);
                await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
                await channel.QueueBindAsync(Queue, Topics.Events, "order.*");
                return true;
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                // The server has not declared it yet; it does so with its first connection.
                return false;
            }
        });
    }

    private protected override async Task<IReadOnlyList<(string Key, JsonElement Message)>> AllAsync()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        while (await channel.BasicGetAsync(Queue, autoAck: true) is { } message)
        {
            _heard.Add((message.RoutingKey, JsonDocument.Parse(message.Body.ToArray()).RootElement));
        }

        return _heard;
    }

    private Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = new Uri(Brokered.RabbitUrl!) }.CreateConnectionAsync();
}

using System.Text;
using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Messaging;

/// <summary>What a consumer makes of a broker's messages, without a broker.</summary>
public abstract class InboxTests(TestDatabase database)
{
    private Db Db => database.Db;

    [Fact]
    public async Task Each_event_has_its_effect_once_whatever_is_repeated_or_left_out()
    {
        await Heard.ResetAsync(Db);
        var inbox = await InboxAsync("rabbitmq");
        var subject = (await Heard.WriteAsync(Db, 1, 5))[0];
        await inbox.HandleAsync([Told(subject, 2)], default);
        await inbox.HandleAsync([Told(subject, 2), Told(subject, 1)], default);
        await inbox.HandleAsync([Told(subject, 5), Told(subject, 4)], default);
        await inbox.HandleAsync([Told(subject, 3)], default);
        Assert.Equal([1, 2, 3, 4, 5], await Heard.OfAsync(Db, subject));
        Assert.Equal((5, 5), await Heard.CountAsync(Db));
        Assert.Equal(0, await Heard.RowsAsync(Db, "dead_letters"));
    }

    [Fact]
    public async Task Whoever_is_fed_another_way_by_now_gets_nothing_by_the_broker()
    {
        await Heard.ResetAsync(Db);
        var inbox = await InboxAsync("kafka");
        var subject = (await Heard.WriteAsync(Db, 1, 1))[0];
        await inbox.HandleAsync([Told(subject, 1)], default);
        Assert.Equal((0, 0), await Heard.CountAsync(Db));
        Assert.Equal(0, await Heard.RowsAsync(Db, "inbox"));
    }

    /// <summary>Of RabbitMQ; the consumer's lane says which way it is fed.</summary>
    private async Task<Inbox> InboxAsync(string way)
    {
        await Db.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO lanes (name, transport) VALUES ('heard', $1)", way));
        return new Inbox(Db, new Heard(), new NoBroker(), new MessagingOptions(), NullLogger.Instance);
    }

    private static Message Told(Guid subject, int sequence) => new("test.happened", subject.ToString(),
        Encoding.UTF8.GetBytes($$"""
            {"specversion":"1.0","id":"{{subject}}:{{sequence}}","source":"holdfast","type":"test.happened",
            "subject":"{{subject}}","sequence":{{sequence}}}
            """));

    private sealed class NoBroker : ITransport
    {
        public string Name => MessagingOptions.RabbitMq;

        public string? Failure => null;

        public Task PublishAsync(IReadOnlyList<Message> messages, CancellationToken ct) => Task.CompletedTask;

        public Task ConsumeAsync(Subscription subscription, Subscriber subscriber, CancellationToken ct) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

public sealed class Inbox_on_sqlite(SqliteDatabase database) : InboxTests(database), IClassFixture<SqliteDatabase>;

public sealed class Inbox_on_postgresql(PostgresDatabase database) : InboxTests(database), IClassFixture<PostgresDatabase>;

/// <summary>What other systems tell us, and what is none of it.</summary>
public sealed class InboxMessageTests
{
    private const string Order = "01900000-0000-7000-8000-000000000001";

    [Fact]
    public void A_payment_is_read_from_an_event_and_from_bare_data()
    {
        var expected = new PaymentSucceeded(Guid.Parse(Order), 5, "VND", "t-1", "bank");
        var (message, identity, fault) = Read("", Event("bank-system", Payment("5")));
        Assert.Equal((expected, "bank-system\n7", null), (message, identity, fault));
        Assert.Equal(expected, Read("payment.success", Payment("5")).Message);
        var unnamed = Payment("5").Replace("\"provider\"", "\"by\"", StringComparison.Ordinal);
        Assert.Equal(expected with { Provider = "external" }, Read("payment.success", unnamed).Message);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1000000000000001")]
    [InlineData("1.5")]
    [InlineData("\"5\"")]
    public void An_amount_that_no_payment_has_is_refused(string amount) => Assert.NotNull(Read("payment.success", Payment(amount)).Fault);

    [Fact]
    public void We_do_not_react_to_what_we_have_told_ourselves()
    {
        Assert.NotNull(Read("", Event("holdfast", Payment("5"))).Fault);
        Assert.NotNull(Read("", Event("bank-system", Payment("5")).Replace("1.0", "0.3", StringComparison.Ordinal)).Fault);
        Assert.NotNull(Read("nothing.we.know", Payment("5")).Fault);
        Assert.NotNull(Read("payment.success", Payment("5").Replace(Order, "no order", StringComparison.Ordinal)).Fault);
    }

    private static (IncomingMessage? Message, string Identity, string? Fault) Read(string type, string body) =>
        IncomingMessage.Read(type, Encoding.UTF8.GetBytes(body));

    private static string Payment(string amount) =>
        $$"""{"orderId":"{{Order}}","amount":{{amount}},"currency":"VND","transactionId":"t-1","provider":"bank"}""";

    private static string Event(string source, string data) =>
        $$"""{"specversion":"1.0","id":"7","source":"{{source}}","type":"payment.success","data":{{data}}}""";
}

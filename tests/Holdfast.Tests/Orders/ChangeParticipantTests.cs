using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>A participant in a change of an order: here a webhook's event row, written with the payment it tells of.</summary>
public abstract class ChangeParticipantTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task A_webhooks_row_commits_with_the_payment_and_a_second_delivery_changes_nothing()
    {
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE IF NOT EXISTS test_webhooks (id text PRIMARY KEY, order_id text)"));
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var order = (await Server.Get<PlacementQueue>().PlaceAsync(shop.Placing())).Value.OrderId;
        var webhook = Guid.CreateVersion7().ToString();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5)
            .Select(i => Task.Run(() => PayAsync(order, shop, webhook, $"t-{order}-{i}"))));
        Assert.Equal(1, outcomes.Count(o => o.IsOk));
        Assert.All(outcomes.Where(o => !o.IsOk), o => Assert.Equal("webhook_known", o.Error!.Code));
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM payment_transactions WHERE order_id = $1", order));
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM test_webhooks WHERE id = $1 AND order_id IS NOT NULL", webhook));

        // The order says no: the webhook's row is not written either.
        var refused = Guid.CreateVersion7().ToString();
        Assert.Equal("currency_mismatch", (await PayAsync(order, shop, refused, "t-usd", "USD")).Error!.Code);
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM test_webhooks WHERE id = $1", refused));
    }

    private Task<Result<Holdfast.Orders.Lifecycle.ChangeResult>> PayAsync(Guid order, Shop shop, string webhook, string transaction,
        string currency = "VND") =>
        Server.Get<ChangeQueue>().ChangeAsync(new ChangeRequest(
            new PayCommand(order, shop.StoreId, "service", Guid.CreateVersion7(), "test", transaction, 1000, currency, null, null,
            null)
            { Participants = [new WebhookParticipant(webhook)] }, null));

    private sealed class WebhookParticipant(string id) : CommitParticipant
    {
        private static readonly Error Known = new(409, "webhook_known", "known", "đã biết");
        private HashSet<string> _free = [];

        public override int Rank => LockRank.Inbox;

        private string Id => id;

        public override async Task LoadAsync(Tx tx, IReadOnlyList<CommitParticipant> all)
        {
            // Rows that may be absent are claimed, sorted: of two deliveries the second waits for the first one's commit.
            var participants = all.Cast<WebhookParticipant>().ToList();
            var rows = new RowSet("test_webhooks", new Column("id", ColumnType.Text));
            foreach (var webhook in participants.Select(r => r.Id).Distinct().Order(StringComparer.Ordinal))
            {
                rows.Add(webhook);
            }

            var batch = tx.Batch();
            var claimed = batch.InsertReturning(rows, "ON CONFLICT (id) DO NOTHING RETURNING id", r => r.Text(0));
            await batch.RunAsync();
            var free = claimed.Rows.ToHashSet();
            foreach (var participant in participants)
            {
                participant._free = free;
            }
        }

        public override Error? Decide(Order order, DateTime now) => _free.Remove(id) ? null : Known;

        public override void Undo() => _free.Add(id);

        public override void Save(StatementBatch batch, Order order) =>
            batch.Execute("UPDATE test_webhooks SET order_id = $2 WHERE id = $1", id, order.Id.ToString());
    }
}

public sealed class ChangeParticipant_on_sqlite(SqliteHost host) : ChangeParticipantTests(host), IClassFixture<SqliteHost>;

public sealed class ChangeParticipant_on_postgresql(PostgresHost host) : ChangeParticipantTests(host), IClassFixture<PostgresHost>;

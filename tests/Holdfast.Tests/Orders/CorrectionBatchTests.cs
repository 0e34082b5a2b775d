using System.Text.Json;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Orders;

/// <summary>Corrections of several orders in one transaction.</summary>
public abstract class CorrectionBatchTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task A_refused_correction_leaves_no_guest_behind_when_others_of_its_batch_are_written()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var orders = new[] { await desk.PlaceAsync(shop.Body()), await desk.PlaceAsync(shop.Body()), await desk.PlaceAsync(shop.Body()) };
        var (refused, shared, taken) = (Email(), Email(), Email());
        // The first is refused, and of two with one new email the second is.
        ChangeRequest[] changes =
            [Correct(orders[0], refused, 99), Correct(orders[1], shared, 1), Correct(orders[2], shared, 99), Correct(orders[2], taken, 1)];
        await using (var tx = await Server.Db.BeginAsync())
        {
            var batch = new ChangeBatch(tx, NullLogger.Instance, changes);
            await batch.LoadAsync();
            Assert.True(batch.Decide());
            await batch.SaveAsync();
            Assert.Equal([false, true, false, true], batch.Outcomes.Select(o => o.IsOk));
            await tx.CommitAsync(TestContext.Current.CancellationToken);
        }

        foreach (var (email, guests) in new[] { (refused, 0), (shared, 1), (taken, 1) })
        {
            Assert.Equal(guests, await shop.CountAsync("SELECT COUNT(*) FROM users WHERE email_key = $1", email));
        }

        await Audit.VerifyAsync(Server.Db);

        static string Email() => $"{Guid.CreateVersion7():N}@example.com";

        ChangeRequest Correct(JsonElement order, string email, int version)
        {
            var participants = new List<CommitParticipant>();
            var edit = new EditCommand(Desk.Id(order), shop.StoreId, "staff:x", null, null, null, null)
            { Email = email, ExpectedVersion = (VersionCondition)version, Participants = participants };
            participants.Add(new GuestCorrection(edit, order.GetProperty("customerId").GetGuid()));
            return new ChangeRequest(edit, null);
        }
    }
}

public sealed class CorrectionBatch_on_sqlite(SqliteHost host) : CorrectionBatchTests(host), IClassFixture<SqliteHost>;

public sealed class CorrectionBatch_on_postgresql(PostgresHost host) : CorrectionBatchTests(host), IClassFixture<PostgresHost>;

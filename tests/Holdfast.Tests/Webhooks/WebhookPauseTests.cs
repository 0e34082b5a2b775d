using Holdfast.Identity.Secrets;
using Holdfast.Platform.Background;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Holdfast.Webhooks;
using Holdfast.Webhooks.Sending;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Webhooks;

/// <summary>Nothing is sent to an endpoint that is paused, whatever lies there for it and whenever it was paused.</summary>
public abstract class WebhookPauseTests(Backend backend)
{
    [Fact]
    public async Task One_that_is_paused_during_its_turn_gets_nothing_more()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var server = await TestServer.StartAsync(backend, s => s.RemoveWorker<WebhookSender>());
        var db = server.Db;
        var shop = await Shop.CreateAsync(db, 100);
        var endpoint = Guid.CreateVersion7();
        await db.WriteAsync(async tx => await tx.ExecuteAsync(
            "INSERT INTO webhook_endpoints (id, store_id, url, types, secret, is_sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            endpoint, shop.StoreId, receiver.Url, "[\"order.created\"]", new byte[32], false, await tx.NowAsync()));
        Task<long> QueuedAsync() => shop.CountAsync("SELECT COUNT(*) FROM webhook_deliveries WHERE endpoint_id = $1", endpoint);
        for (var i = 0; i < 6; i++)
        {
            await shop.OrderAsync(server.Guest);
        }

        await Until.TrueAsync("they are queued", async () => await QueuedAsync() == 6);
        receiver.Answer = _ => db.WriteAsync(async tx => await tx.ExecuteAsync(
            "UPDATE webhook_endpoints SET paused_at = $2 WHERE id = $1", endpoint, await tx.NowAsync()));
        using var transport = new WebhookTransport(new WebhookOptions { AllowPrivate = true }, TimeProvider.System);
        using var sender = new WebhookSender(db, transport, SecretBox.None, NullLogger<WebhookSender>.Instance)
        {
            Turn = TimeSpan.FromMinutes(1),
        };
        Assert.Equal(4, await sender.SendOnceAsync());
        Assert.Equal(0, await sender.SendOnceAsync());
        Assert.Equal(4, receiver.All.Count);

        // What happens now is not for it.
        await shop.OrderAsync(server.Guest);
        await Until.TrueAsync("it was handed on", async () =>
            await shop.CountAsync("SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM deliveries)") == 0);
        Assert.Equal(6, await QueuedAsync());
    }
}

public sealed class WebhookPause_on_sqlite() : WebhookPauseTests(Backend.Sqlite);

public sealed class WebhookPause_on_postgresql() : WebhookPauseTests(Backend.Postgres);

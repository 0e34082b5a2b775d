using System.Text.Json.Nodes;

namespace Holdfast.Tests.Http;

/// <summary>A webhook endpoint with a delivery. Its host is one that never exists, so nothing is sent.</summary>
public sealed partial class EveryRoute
{
    private async Task FillWebhooksAsync(string store)
    {
        _bodies["POST /api/v1/webhook-endpoints"] = new()
        {
            ["storeId"] = store,
            ["url"] = "https://shop.invalid/hooks",
            ["types"] = new JsonArray("inventory.low"),
            ["description"] = "ERP",
        };
        var endpoint = await MakeAsync("/api/v1/webhook-endpoints", _bodies["POST /api/v1/webhook-endpoints"]);
        var delivery = Guid.CreateVersion7();
        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync(
            "INSERT INTO webhook_deliveries (id, endpoint_id, store_id, subject, sequence, type, status, attempts, next_attempt_at, "
            + "created_at) "
            + "VALUES ($1, $2, $3, $1, 1, 'inventory.low', 'failed', 12, $4, $4)", delivery, Guid.Parse(endpoint), Guid.Parse(store),
            await tx.NowAsync()));
        _ids["/webhook-endpoints/{id}"] = endpoint;
        _ids["/webhook-endpoints/{id}/deliveries/{deliveryId}"] = delivery.ToString();
    }
}

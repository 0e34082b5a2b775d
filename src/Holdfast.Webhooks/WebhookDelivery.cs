using Holdfast.Platform.Data;
using Holdfast.Webhooks.Sending;

namespace Holdfast.Webhooks;

/// <summary>One event for one endpoint, as it is served.</summary>
/// <param name="EventId">The event's id, and the <c>webhook-id</c>: <c>subject:sequence</c>.</param>
/// <param name="Status"><c>pending</c>, <c>delivered</c>, or <c>failed</c>: given up.</param>
/// <param name="NextAttemptAt">When a pending one is tried next.</param>
/// <param name="Log">Every try, the latest first.</param>
public sealed record WebhookDelivery(Guid Id, string EventId, string Type, string Status, DateTime? NextAttemptAt, DateTime CreatedAt,
    IReadOnlyList<WebhookAttempt> Log)
{
    internal const string Columns = "id, subject, sequence, type, status, next_attempt_at, created_at";

    internal static readonly Func<Row, WebhookDelivery> Map = r =>
        new WebhookDelivery(r.Uuid(0), $"{r.Uuid(1)}:{r.Int(2)}", r.Text(3), r.Text(4),
        r.Text(4) == "pending" ? r.Time(5) : null, r.Time(6), []);

    /// <summary>The deliveries with what came of their tries.</summary>
    internal static async Task<List<WebhookDelivery>> WithLogAsync(DbSession session, List<WebhookDelivery> deliveries)
    {
        var attempts = await session.QueryAsync(
            "SELECT delivery_id, http_status, error, duration_ms, created_at FROM webhook_attempts WHERE delivery_id {in $1} ORDER "
            + "BY id DESC",
            r => (Delivery: r.Uuid(0), Attempt: new WebhookAttempt(r.Time(4), r.IntOrNull(1), r.TextOrNull(2), r.Int(3))),
            deliveries.ConvertAll(d => d.Id).ToArray());
        var log = attempts.ToLookup(a => a.Delivery, a => a.Attempt);
        return deliveries.ConvertAll(d => d with { Log = [.. log[d.Id]] });
    }
}

using System.Text.Json;
using Holdfast.Identity;
using Holdfast.Platform.Data;

namespace Holdfast.Webhooks;

/// <summary>An endpoint as it is served; its secret only once, when it is made.</summary>
/// <param name="Types">Types and families (<c>order.*</c>); empty: all.</param>
/// <param name="Status"><c>active</c>, <c>failing</c> (since <paramref name="FailingSince"/>) or <c>paused</c>.</param>
public sealed record WebhookEndpoint(Guid Id, Guid StoreId, string Url, string? Description, IReadOnlyList<string> Types, string Status,
    DateTime? FailingSince, DateTime? PausedAt, DateTime CreatedAt)
{
    internal const string Columns = "id, store_id, url, description, types, failing_since, paused_at, created_at";

    internal static readonly Func<Row, WebhookEndpoint> Map = r =>
        new WebhookEndpoint(r.Uuid(0), r.Uuid(1), r.Text(2), r.TextOrNull(3), ReadTypes(r.Text(4)),
        r.TimeOrNull(6) is not null ? "paused" : r.TimeOrNull(5) is not null ? "failing"
        : "active", r.TimeOrNull(5), r.TimeOrNull(6), r.Time(7));

    internal static List<string> ReadTypes(string json) => JsonSerializer.Deserialize<List<string>>(json)!;
}

/// <summary>One event for one endpoint, as it is served.</summary>
/// <param name="EventId">The event's id, and the <c>webhook-id</c>: <c>subject:sequence</c>.</param>
/// <param name="Status"><c>pending</c>, <c>delivered</c>, or <c>failed</c>: given up.</param>
/// <param name="NextAttemptAt">Of a pending one.</param>
/// <param name="Log">Every try, the latest first.</param>
public sealed record WebhookDelivery(Guid Id, string EventId, string Type, string Status, DateTime? NextAttemptAt, DateTime CreatedAt,
    IReadOnlyList<WebhookAttempt> Log)
{
    internal const string Columns = "id, subject, sequence, type, status, next_attempt_at, created_at";

    internal static readonly Func<Row, WebhookDelivery> Map = r =>
        new WebhookDelivery(r.Uuid(0), $"{r.Uuid(1)}:{r.Int(2)}", r.Text(3), r.Text(4),
        r.Text(4) == "pending" ? r.Time(5) : null, r.Time(6), []);

    /// <summary>The deliveries with what came of their tries.</summary>
    internal static async Task<List<WebhookDelivery>> WithLogAsync(Session session, List<WebhookDelivery> deliveries)
    {
        var attempts = await session.QueryAsync(
            "SELECT delivery_id, http_status, error, duration_ms, created_at FROM webhook_attempts WHERE delivery_id {in $1} ORDER "
            + "BY id DESC",
            r => (Delivery: r.Uuid(0), Attempt: new WebhookAttempt(r.Time(4), r.IntOrNull(1), r.TextOrNull(2), r.Int(3))),
            deliveries.ConvertAll(d => d.Id).ToArray()).ConfigureAwait(false);
        var log = attempts.ToLookup(a => a.Delivery, a => a.Attempt);
        return deliveries.ConvertAll(d => d with { Log = [.. log[d.Id]] });
    }
}

/// <summary>What came of one try.</summary>
/// <param name="HttpStatus">Null where there was no answer.</param>
/// <param name="Error">Why, as a word: <c>timeout</c>, <c>unresolved</c>, <c>private_address</c>, <c>not_https</c>,
/// <c>connection_failed</c>, <c>tls_failed</c>, <c>event_gone</c>, <c>refused</c> (an answer that is no 2xx).</param>
public sealed record WebhookAttempt(DateTime At, int? HttpStatus, string? Error, int DurationMs);

/// <summary>Secrets as they lie in the table: encrypted where the installation has a key for that.</summary>
internal static class WebhookSecrets
{
    private const string Prefix = "whsec_";

    public static string Show(byte[] secret) => Prefix + Convert.ToBase64String(secret);

    public static (byte[] Value, bool IsSealed) Seal(SecretBox box, Guid endpoint, byte[] secret) => box.HasKey
        ? (box.Seal(Name(endpoint), secret), true) : (secret, false);

    public static byte[] Open(SecretBox box, Guid endpoint, byte[] value, bool isSealed) => isSealed ? box.Open(Name(endpoint), value)
        : value;

    /// <summary>Encrypts all secrets again with the key of the box, on the caller's transaction. Returns their number.</summary>
    public static async Task<int> ResealAsync(Tx tx, SecretBox box)
    {
        var all = await tx.QueryAsync("SELECT id, secret, is_sealed FROM webhook_endpoints ORDER BY id {lock}",
            r => (Id: r.Uuid(0), Secret: r.Bytes(1), IsSealed: r.Bool(2))).ConfigureAwait(false);
        var batch = tx.Batch();
        foreach (var (id, secret, isSealed) in all)
        {
            batch.Execute("UPDATE webhook_endpoints SET secret = $2, is_sealed = $3 WHERE id = $1", id,
                box.Seal(Name(id), Open(box, id, secret, isSealed)), true);
        }

        await batch.RunAsync().ConfigureAwait(false);
        return all.Count;
    }

    private static string Name(Guid endpoint) => $"webhook-endpoint:{endpoint}";
}

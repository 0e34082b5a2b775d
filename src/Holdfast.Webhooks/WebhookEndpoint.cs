using System.Text.Json;
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

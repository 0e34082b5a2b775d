using System.Text.Json;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.ApiKeys;

/// <summary>The columns of API keys that are shown.</summary>
internal static class ApiKeyTable
{
    public const string Columns = "id, name, hint, store_ids, scopes, created_at, last_used_on, revoked_at";

    public static readonly Func<Row, ApiKey> Map = r =>
        new ApiKey(r.Uuid(0), r.Text(1), r.Text(2), JsonSerializer.Deserialize<List<Guid>>(r.Text(3))!,
        JsonSerializer.Deserialize<List<string>>(r.Text(4))!, r.Time(5), r.TextOrNull(6), r.TimeOrNull(7));
}

using System.Globalization;
using System.Text.Json;
using Holdfast.Orders.Customers;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>GET /orders/{id}/history: what happened, when, by whom; the oldest first.</summary>
internal sealed class GetHistory(OrderAccess access, Db db)
{
    private sealed record Entry(int Sequence, string Type, DateTime OccurredAt, string Actor, string Status, string PaymentStatus,
        string? PreviousStatus, string? Reason,
        IReadOnlyList<string>? Changed, int Version);

    public async Task<Reply> HandleAsync(Request request)
    {
        var seen = await access.FindAsync(request);
        if (!seen.IsOk)
        {
            return seen.Error!;
        }

        var paging = Paging.From(request, keyParts: 1);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var after = 0;
        if (paging.Value.After is { } key && !int.TryParse(key[0], NumberStyles.None, CultureInfo.InvariantCulture, out after))
        {
            return Errors.InvalidCursor;
        }

        var entries = await db.ReadAsync(s =>
            s.QueryAsync(
            "SELECT sequence, type, occurred_at, actor, previous, data FROM events WHERE subject = $1 AND sequence > $2 ORDER BY "
            + "sequence LIMIT $3",
            ReadEntry, seen.Value.Order.Id, after, paging.Value.Limit + 1), request.Aborted);
        return Reply.Ok(paging.Value.Page(entries, e => [e.Sequence.ToString(CultureInfo.InvariantCulture)]));
    }

    private static Entry ReadEntry(Row r)
    {
        using var data = JsonDocument.Parse(r.Bytes(5));
        using var previous = JsonDocument.Parse($"{{{r.TextOrNull(4)}}}");
        var after = data.RootElement;
        return new Entry(r.Int(0), r.Text(1), r.Time(2), r.Text(3), after.GetProperty("status").GetString()!,
            after.GetProperty("paymentStatus").GetString()!,
            Text(previous, "previousStatus"), Text(previous, "reason"), Changed(previous), after.GetProperty("version").GetInt32());
    }

    private static string[]? Changed(JsonDocument previous) =>
        previous.RootElement.TryGetProperty("changed", out var names) ? [.. names.EnumerateArray().Select(n => n.GetString()!)] : null;

    private static string? Text(JsonDocument document, string name) => document.RootElement.TryGetProperty(name, out var value)
        ? value.GetString() : null;
}

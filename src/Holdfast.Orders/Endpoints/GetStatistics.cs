using System.Security.Cryptography;
using System.Text;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// GET /orders/statistics: counts and sums by the day (of the store's time zone) an order was placed. Reads the daily rows, so its cost
/// grows with the days asked for, not with the orders; it is behind the orders by less than a second. Cached.
/// </summary>
internal sealed class GetStatistics(Db db, Documents documents)
{
    private sealed record Daily(string Day, string Currency, string Status, string PaymentStatus, long Orders, long Total, long Captured,
        long Refunded);

    private sealed record Amount(string Currency, long Value);

    private sealed record DayOf(string Day, string Currency, long Orders, long Total, long Revenue);

    public async Task<Reply> HandleAsync(Request request)
    {
        var filter = new Filter();
        if (request.Query("storeId") is { } text)
        {
            if (!Guid.TryParse(text, out var storeId))
            {
                return Errors.Invalid("storeId", "must be a UUID");
            }

            if (!request.Caller.Manages(storeId))
            {
                return Errors.NotFound;
            }

            filter.And("store_id = {0}", storeId);
        }
        else if (request.Caller.Role != Role.Admin)
        {
            filter.And("store_id {in {0}}", request.Caller.Stores.ToArray());
        }

        foreach (var (name, comparison) in new[] { ("from", ">="), ("to", "<=") })
        {
            if (request.Query(name) is not { } day)
            {
                continue;
            }

            if (!Times.IsDay(day))
            {
                return Errors.Invalid(name, "must be a day: yyyy-MM-dd");
            }

            filter.And($"day {comparison} {{0}}", day);
        }

        Guid? store = request.Query("storeId") is null ? null : (Guid)filter.Args[0]!;
        var (key, tags) = Names(request, store);
        var found = await documents.FindAsync(key, (this, filter), static (s, ct) => s.Item1.LoadAsync(s.filter, ct), tags,
            ct: request.Aborted);
        return Reply.Cached(found);
    }

    /// <summary>
    /// The key of what was asked for, and the stores it is about. Staff who name no store are asked for theirs: that is a key of those
    /// stores.
    /// </summary>
    private static (string Key, string[] Tags) Names(Request request, Guid? storeId)
    {
        string[] tags = storeId is not null || request.Caller.Role == Role.Admin ? [OrderNames.Statistics(storeId)]
            : [.. request.Caller.Stores.Select(s => OrderNames.Statistics(s))];
        var days = request.Query("from") is null && request.Query("to") is null ? "" : $":{request.Query("from")}:{request.Query("to")}";
        if (storeId is not null || request.Caller.Role == Role.Admin)
        {
            return (OrderNames.Statistics(storeId) + days, tags);
        }

        var stores = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', request.Caller.Stores.Order())));
        return ($"order:stats:of:{Convert.ToHexStringLower(stores.AsSpan(0, 16))}{days}", tags);
    }

    private async Task<Document> LoadAsync(Filter filter, CancellationToken ct)
    {
        var rows = await db.ReadAsync(s =>
            s.QueryAsync("SELECT day, currency, status, payment_status, SUM(orders), SUM(total), SUM(captured), SUM(refunded) "
            + $"FROM order_statistics{filter.Where} GROUP BY day, currency, status, payment_status ORDER BY day, currency",
            r => new Daily(r.Text(0), r.Text(1), r.Text(2), r.Text(3), r.Long(4), r.Long(5), r.Long(6), r.Long(7)), [.. filter.Args]), ct);
        return Document.Hashed(Reply.Bytes(new
        {
            TotalOrders = rows.Sum(r => r.Orders),
            OrdersByStatus = Counts(rows, r => r.Status),
            OrdersByPaymentStatus = Counts(rows, r => r.PaymentStatus),
            TotalRevenue = rows.GroupBy(r => r.Currency).Select(g => new Amount(g.Key, g.Sum(r => r.Captured - r.Refunded))).ToList(),
            AverageOrderValue = rows.GroupBy(r => r.Currency).Where(g => g.Sum(r => r.Orders) > 0)
                .Select(g =>
                new Amount(g.Key, (long)Math.Round((decimal)g.Sum(r => r.Total) / g.Sum(r => r.Orders), MidpointRounding.AwayFromZero)))
                .ToList(),
            Series = rows.GroupBy(r => (r.Day, r.Currency))
                .Select(g =>
                new DayOf(g.Key.Day, g.Key.Currency, g.Sum(r => r.Orders), g.Sum(r => r.Total), g.Sum(r => r.Captured - r.Refunded)))
                .ToList(),
        }));
    }

    private static SortedDictionary<string, long> Counts(List<Daily> rows, Func<Daily, string> by) =>
        new(rows.GroupBy(by).ToDictionary(g => g.Key, g => g.Sum(r => r.Orders)).Where(c => c.Value != 0).ToDictionary(),
        StringComparer.Ordinal);
}

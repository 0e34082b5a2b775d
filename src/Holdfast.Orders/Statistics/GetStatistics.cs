using System.Globalization;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;

namespace Holdfast.Orders;

/// <summary>
/// GET /orders/statistics: counts and sums by the day (of the store's time zone) an order was placed. Reads the daily rows, so its cost grows
/// with the days asked for, not with the orders; it is behind the orders by less than a second.
/// </summary>
internal sealed class GetStatistics(Db db)
{
    private sealed record Daily(string Day, string Currency, string Status, string PaymentStatus, long Orders, long Total, long Captured, long Refunded);

    private sealed record Amount(string Currency, long Value);

    private sealed record DayOf(string Day, string Currency, long Orders, long Total, long Revenue);

    public async Task<Reply> HandleAsync(Request request)
    {
        var (conditions, args) = (new List<string>(), new List<object?>());
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

            args.Add(storeId);
            conditions.Add($"store_id = ${args.Count}");
        }
        else if (request.Caller.Role != Role.Admin)
        {
            args.Add(request.Caller.Stores.ToArray());
            conditions.Add($"store_id {{in ${args.Count}}}");
        }

        foreach (var (name, comparison) in new[] { ("from", ">="), ("to", "<=") })
        {
            if (request.Query(name) is not { } day)
            {
                continue;
            }

            if (!DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                return Errors.Invalid(name, "must be a day: yyyy-MM-dd");
            }

            args.Add(day);
            conditions.Add($"day {comparison} ${args.Count}");
        }

        var where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
        var rows = await db.ReadAsync(s => s.QueryAsync("SELECT day, currency, status, payment_status, SUM(orders), SUM(total), SUM(captured), SUM(refunded) "
            + $"FROM order_statistics{where} GROUP BY day, currency, status, payment_status ORDER BY day, currency",
            r => new Daily(r.Text(0), r.Text(1), r.Text(2), r.Text(3), r.Long(4), r.Long(5), r.Long(6), r.Long(7)), [.. args])).ConfigureAwait(false);
        return Reply.Ok(new
        {
            TotalOrders = rows.Sum(r => r.Orders),
            OrdersByStatus = Counts(rows, r => r.Status),
            OrdersByPaymentStatus = Counts(rows, r => r.PaymentStatus),
            TotalRevenue = rows.GroupBy(r => r.Currency).Select(g => new Amount(g.Key, g.Sum(r => r.Captured - r.Refunded))).ToList(),
            AverageOrderValue = rows.GroupBy(r => r.Currency).Where(g => g.Sum(r => r.Orders) > 0)
                .Select(g => new Amount(g.Key, (long)Math.Round((decimal)g.Sum(r => r.Total) / g.Sum(r => r.Orders), MidpointRounding.AwayFromZero))).ToList(),
            Series = rows.GroupBy(r => (r.Day, r.Currency))
                .Select(g => new DayOf(g.Key.Day, g.Key.Currency, g.Sum(r => r.Orders), g.Sum(r => r.Total), g.Sum(r => r.Captured - r.Refunded))).ToList(),
        });
    }

    private static SortedDictionary<string, long> Counts(List<Daily> rows, Func<Daily, string> by) =>
        new(rows.GroupBy(by).ToDictionary(g => g.Key, g => g.Sum(r => r.Orders)).Where(c => c.Value != 0).ToDictionary(), StringComparer.Ordinal);
}

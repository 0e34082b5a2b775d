using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Identity.Accounts;
using Holdfast.Orders.Core;
using Holdfast.Orders.Events;
using Holdfast.Orders.Placement;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// GET /orders: a customer's own; staff see their stores'. Newest first unless <c>sort</c> says otherwise. <c>q</c> finds a number, an id,
/// an externalId, an email or the beginning of one, a phone in any writing, or words that are in the customer's name. Pages are cached, but
/// for those that <c>q</c> finds.
/// </summary>
internal sealed class ListOrders(Db db, Documents documents)
{
    private const int MaxTags = 10;

    private static readonly Dictionary<string, (string Column, bool Descending)> Sorts = new()
    {
        ["-createdAt"] = ("created_at", true),
        ["createdAt"] = ("created_at", false),
        ["-total"] = ("total", true),
        ["total"] = ("total", false),
    };

    public async Task<Reply> HandleAsync(Request request)
    {
        var order = request.Query("sort") ?? "-createdAt";
        if (!Sorts.TryGetValue(order, out var sort))
        {
            return Errors.Invalid("sort", $"must be one of {string.Join(", ", Sorts.Keys)}");
        }

        var paging = Paging.From(request, keyParts: 2, order);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var filter = new Filter();
        if (Restrict(filter, request, await ZoneAsync(request)) is { } refusal)
        {
            return refusal;
        }

        if (paging.Value.After is { } after && !Continue(filter, after, sort))
        {
            return Errors.InvalidCursor;
        }

        var wanted = new OrderQuery(filter, sort.Column, sort.Descending, paging.Value);
        if (request.Query("q") is { } q)
        {
            return Reply.Raw(200, await ReadAsync(wanted, q, request.Aborted));
        }

        var found = await documents.FindAsync(wanted.Key, (this, wanted),
            static async (s, ct) => Document.Hashed(await s.Item1.ReadAsync(s.wanted, null, ct)),
            Tags(request), ct: request.Aborted);
        return Reply.Cached(found);
    }

    /// <summary>The zone of the store whose orders are asked for by plain days; null where there are none, or no one store.</summary>
    private async Task<TimeZoneInfo?> ZoneAsync(Request request) =>
        (Times.IsDay(request.Query("from")) || Times.IsDay(request.Query("to"))) && Guid.TryParse(request.Query("storeId"), out var storeId)
            ? Times.Zone((await db.ReadAsync(s => Catalog.Storage.Stores.FindAsync(s, storeId), request.Aborted))?.TimeZone)
            : null;

    /// <summary>Whose orders the list may show: when one of them gets an order, or one changes, it is stale.</summary>
    private static string[] Tags(Request request) =>
        request.Caller.Role == Role.Customer ? [OrderNames.ListsOf(request.Caller.Subject!.Value)]
        : request.Query("storeId") is { } store ? [OrderNames.ListsOf(Guid.Parse(store))]
        : request.Caller.Role == Role.Admin || request.Caller.Stores.Count > MaxTags ? [OrderNames.AllLists]
        : [.. request.Caller.Stores.Select(OrderNames.ListsOf)];

    private Task<byte[]> ReadAsync(OrderQuery wanted, string? q, CancellationToken ct) => db.ReadAsync(async session =>
    {
        var filter = wanted.Filter;
        if (q is not null)
        {
            await SearchAsync(session, filter, q);
        }

        var direction = wanted.Descending ? "DESC" : "ASC";
        var sql = $"{filter.Where} ORDER BY o.{wanted.Column} {direction}, o.id {direction} LIMIT ${filter.Args.Count + 1}";
        var orders = await OrderTable.Table.QueryAsync(session, sql, [.. filter.Args, wanted.Paging.Limit + 1]);
        var page = wanted.Paging.Page(orders,
            o => [(wanted.Column == "total" ? o.Total : o.CreatedAt.Ticks).ToString(CultureInfo.InvariantCulture), o.Id.ToString()]);
        return await WriteAsync(session, page);
    }, ct);

    private static async Task<byte[]> WriteAsync(DbSession session, Page<Order> page)
    {
        var batch = session.Batch();
        var (lines, fulfilments) = OrderRows.Details(batch, page.Items.Select(o => o.Id).ToArray());
        await batch.RunAsync();
        using var stream = new MemoryStream();
        stream.Write("{\"items\":["u8);
        var first = true;
        foreach (var order in OrderRows.Assemble(page.Items, lines.Rows, fulfilments.Rows))
        {
            if (!first)
            {
                stream.WriteByte((byte)',');
            }

            first = false;
            stream.Write(OrderJson.Write(order));
        }

        stream.Write("],\"nextCursor\":"u8);
        stream.Write(JsonSerializer.SerializeToUtf8Bytes(page.NextCursor));
        stream.WriteByte((byte)'}');
        return stream.ToArray();
    }

    /// <summary>What this caller may see, and what they asked for.</summary>
    private static Error? Restrict(Filter filter, Request request, TimeZoneInfo? zone)
    {
        var caller = request.Caller;
        Guid? storeId = null;
        if (request.Query("storeId") is { } text)
        {
            if (!Guid.TryParse(text, out var id))
            {
                return Errors.Invalid("storeId", "must be a UUID");
            }

            storeId = id;
            filter.And("o.store_id = {0}", id);
        }

        if (caller.Role == Role.Customer)
        {
            filter.And("o.customer_id = {0}", caller.Subject!.Value);
            filter.And("NOT o.hidden");
        }
        else if (caller.Role != Role.Admin)
        {
            if (storeId is { } wanted && !caller.Stores.Contains(wanted))
            {
                return Errors.NotFound;
            }

            filter.And("o.store_id {in {0}}", caller.Stores.ToArray());
        }

        filter.And("o.deleted_at IS NULL");
        return Word(filter, request, "status", "o.status", Names.OrderStatuses)
            ?? Word(filter, request, "paymentStatus", "o.payment_status", Names.PaymentStatuses)
            ?? When(filter, request, zone, "from", "o.created_at >= {0}") ?? When(filter, request, zone, "to", "o.created_at < {0}");
    }

    private static Error? Word(Filter filter, Request request, string name, string column, IReadOnlyList<string> words)
    {
        if (request.Query(name) is not { } word)
        {
            return null;
        }

        filter.And($"{column} = {{0}}", word);
        return words.Contains(word) ? null : Errors.Invalid(name, $"must be one of {string.Join(", ", words)}");
    }

    private static Error? When(Filter filter, Request request, TimeZoneInfo? zone, string name, string condition)
    {
        if (request.Query(name) is not { } text)
        {
            return null;
        }

        if (Times.ReadParameter(text, zone, isEnd: name == "to") is not { } time)
        {
            return Errors.Invalid(name, Times.Expected(orDay: zone is not null));
        }

        filter.And(condition, time);
        return null;
    }

    private static bool Continue(Filter filter, string[] after, (string Column, bool Descending) sort)
    {
        if (!long.TryParse(after[0], NumberStyles.None, CultureInfo.InvariantCulture, out var key) || !Guid.TryParse(after[1], out var id)
            || (sort.Column == "created_at" && key > DateTime.MaxValue.Ticks))
        {
            return false;
        }

        object value = sort.Column == "total" ? key : new DateTime(key, DateTimeKind.Utc);
        filter.And($"(o.{sort.Column}, o.id) {(sort.Descending ? '<' : '>')} ({{0}}, {{1}})", value, id);
        return true;
    }

    private static async Task SearchAsync(DbSession session, Filter filter, string q)
    {
        var text = q.Trim();
        var phone = PhoneKey.Of(text);
        if (OrderNumbers.Parse(text) is { } number)
        {
            // Twelve digits may be either.
            object[] either = phone is null ? [number] : [number, phone];
            filter.And(phone is null ? "o.number = {0}" : $"(o.number = {{0}} OR {PhoneKey.Sql("o.contact_phone")} = {{1}})", either);
        }
        else if (phone is not null)
        {
            filter.And($"({PhoneKey.Sql("o.contact_phone")} = {{0}} OR o.external_id = {{1}})", phone, text);
        }
        else if (Guid.TryParseExact(text, "D", out var id)
            && await session.FirstAsync("SELECT 1 FROM orders WHERE id = $1", r => r.Int(0), id) == 1)
        {
            // Other systems' ids often have the form of a UUID, too; such a text goes on as one of those.
            filter.And("o.id = {0}", id);
        }
        else if (!JsonBodyReader.IsClean(text) || text.Length > 200)
        {
            filter.And("1 = 0");
        }
        else
        {
            // Two ways with an index each, instead of an OR that has none. What the caller may see counts before what customers are called:
            // a store with few orders looks at few customers, and one with many decides whether to begin with its orders or with the
            // customers of the name.
            var (matches, args) = CustomerSearch.Matching(text);
            filter.And($"o.id IN (SELECT o.id FROM orders o WHERE o.external_id = {{{args.Length}}} "
                + $"UNION ALL SELECT o.id FROM orders o JOIN users u ON u.id = o.customer_id{filter.Where} AND {matches})",
                [.. args, text]);
        }
    }

    /// <summary>A page of orders: whoever wants the same one has the same key.</summary>
    private sealed record OrderQuery(Filter Filter, string Column, bool Descending, Paging Paging)
    {
        public string Key
        {
            get
            {
                var text = string.Create(CultureInfo.InvariantCulture,
                    $"{Filter.Where}\n{Column} {Descending} {Paging.Limit}\n{JsonSerializer.Serialize(Filter.Args, Reply.Json)}");
                return $"orders:list:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16))}";
            }
        }
    }
}

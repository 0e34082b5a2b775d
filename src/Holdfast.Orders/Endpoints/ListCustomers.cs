using Holdfast.Identity.Accounts;
using Holdfast.Orders.Customers;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// <c>GET /customers?q</c>: guests and accounts, the newest first. Staff see those who have ordered from their stores, and of their orders
/// only these; admins see all. <c>q</c> is the beginning of an email, words that are in a name, or the phone of an order in any writing.
/// </summary>
internal sealed class ListCustomers(Db db)
{
    private sealed record Customer(Guid Id, string Role, string Email, string? Name, DateTime CreatedAt, DateTime? EmailProvedAt,
        long Orders, DateTime? LastOrderAt);

    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.ById(request);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var q = request.Query("q")?.Trim();
        if (q is { Length: > 200 } || (q is not null && !JsonBodyReader.IsClean(q)))
        {
            return Errors.Invalid("q", "must be plain text of at most 200 characters");
        }

        var filter = new Filter();
        if (request.Caller.Role != Role.Admin)
        {
            filter.And("EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = u.id AND o.store_id {in {0}})",
                request.Caller.Stores.ToArray());
        }

        var (condition, args) = q is { Length: > 0 } ? Matching(q, request.Caller) : (CustomerSearch.All, []);
        filter.And(condition, args);
        if (paging.Value.LastId is { } last)
        {
            filter.And("u.id < {0}", last);
        }

        return await db.ReadAsync<Reply>(async session =>
        {
            var users = await session.QueryAsync($"{CustomerRow.Select}{filter.Where} ORDER BY u.id DESC LIMIT ${filter.Args.Count + 1}",
                CustomerRow.Map, [.. filter.Args, paging.Value.Limit + 1]);
            var page = paging.Value.Page(users, u => [u.Id.ToString()]);
            var counts = await OrderCounts.ReadAsync(session, request.Caller, page.Items.Select(u => u.Id).ToArray());
            return Reply.Ok(
                new Page<Customer>([.. page.Items.Select(u => new Customer(u.Id, u.Role, u.Email, u.Name, u.CreatedAt, u.EmailProvedAt,
                counts.GetValueOrDefault(u.Id).Orders, counts.GetValueOrDefault(u.Id).Last))], page.NextCursor));
        }, request.Aborted);
    }

    /// <summary>As <see cref="CustomerSearch.Matching"/>, or that an order, of the caller's stores, has the phone.</summary>
    private static (string Condition, object[] Args) Matching(string q, Caller caller)
    {
        var (condition, args) = CustomerSearch.Matching(q);
        if (PhoneKey.Of(q) is not { } phone)
        {
            return (condition, args);
        }

        var (stores, ids) = caller.Role == Role.Admin ? ("", (object[])[])
            : ($" AND o.store_id {{in {{{args.Length + 1}}}}}", [caller.Stores.ToArray()]);
        var ofPhone = $"{CustomerSearch.All} AND u.id IN (SELECT o.customer_id FROM orders o WHERE {PhoneKey.Sql("o.contact_phone")} = "
            + $"{{{args.Length}}}{stores})";
        return ($"({condition} OR ({ofPhone}))", [.. args, phone, .. ids]);
    }
}

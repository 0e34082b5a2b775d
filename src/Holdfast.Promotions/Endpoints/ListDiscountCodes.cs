using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;

namespace Holdfast.Promotions.Endpoints;

/// <summary>
/// <c>GET /discount-codes?storeId&amp;code</c>: the codes of a store, or without one those for all stores, by code; <c>code</c>: those that
/// begin so.
/// </summary>
internal sealed class ListDiscountCodes(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.From(request, keyParts: 1);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var store = request.QueryIdOrNull("storeId");
        if (!store.IsOk)
        {
            return store.Error!;
        }

        if (DiscountAddress.Refusal(request.Caller, store.Value) is { } refusal)
        {
            return refusal;
        }

        var begin = DiscountCode.KeyOf(request.Query("code") ?? "");
        if (begin.Length > DiscountCode.MaxLength || !JsonBodyReader.IsClean(begin))
        {
            return Errors.Invalid("code", $"must be plain text of at most {DiscountCode.MaxLength} characters");
        }

        var after = paging.Value.After?[0] ?? "";
        var rows = await db.ReadAsync(s => store.Value is { } id
            ? DiscountTable.Table.QueryAsync(s, ListSql("store_id = $4"), begin, after, paging.Value.Limit + 1, id)
            : DiscountTable.Table.QueryAsync(s, ListSql("store_id IS NULL"), begin, after, paging.Value.Limit + 1), request.Aborted);
        var page = paging.Value.Page(rows, c => [c.CodeKey]);
        return Reply.Ok(page);
    }

    private static string ListSql(string stores) =>
        $"WHERE {stores} AND substr(code_key, 1, length($1{{as text}})) = $1{{as text}} AND code_key > $2 ORDER BY code_key LIMIT $3";
}

using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;

namespace Holdfast.Promotions.Endpoints;

/// <summary>
/// <c>GET /discount-codes?storeId&amp;code</c>, <c>GET /discount-codes/{code}?storeId</c> and <c>POST /discount-codes/{code}/quote</c>.
/// </summary>
internal sealed class DiscountQueries(Db db)
{
    private const long MaxSubtotal = 1_000_000_000_000_000;

    /// <summary>The codes of a store, or without one those for all stores, by code; <c>code</c>: those that begin so.</summary>
    public async Task<Reply> ListAsync(Request request)
    {
        var paging = Paging.From(request, keyParts: 1);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var store = StoreOf(request);
        if (!store.IsOk)
        {
            return store.Error!;
        }

        if (ManageDiscounts.Refusal(request.Caller, store.Value) is { } refusal)
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

    public async Task<Reply> GetAsync(Request request)
    {
        var store = StoreOf(request);
        if (!store.IsOk)
        {
            return store.Error!;
        }

        if (ManageDiscounts.Refusal(request.Caller, store.Value) is { } refusal)
        {
            return refusal;
        }

        var key = KeyOf(request);
        var found = key is null ? null : await db.ReadAsync(s => DiscountRows.FindAsync(s, store.Value, key), request.Aborted);
        return found is null ? Errors.NotFound : Reply.Ok(found, found.Version);
    }

    /// <summary>
    /// What the code would take off <c>subtotal</c> (goods of <c>category</c>) for the caller now, or the obstacle as the order would meet
    /// it.
    /// </summary>
    public async Task<Reply> QuoteAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var fields = body.Value;
        var (storeId, subtotal, category) = (fields.Uuid("storeId"), fields.Long("subtotal", 0, MaxSubtotal),
            fields.TextOrNull("category"));
        if (fields.Done() is { } error)
        {
            return error;
        }

        if (KeyOf(request) is not { } key)
        {
            return PromotionErrors.Unknown;
        }

        var buyer = EmailAddress.Key(request.Caller.Email) ?? "";
        var result = await db.ReadAsync(s => QuoteAsync(s, storeId, key, subtotal, category, buyer), request.Aborted);
        return result.IsOk ? Reply.Ok(result.Value) : result.Error!;
    }

    /// <summary>The currency of a store; null when there is none.</summary>
    internal static Task<string?> CurrencyAsync(DbSession session, Guid storeId) =>
        session.FirstAsync("SELECT currency FROM stores WHERE id = $1", r => r.Text(0), storeId);

    /// <summary>The store that a request names in its query; null when it names none.</summary>
    internal static Result<Guid?> StoreOf(Request request) =>
        request.Query("storeId") is not { } text ? (Guid?)null
        : Guid.TryParseExact(text, "D", out var id) ? id
        : Errors.Invalid("storeId", "must be a UUID");

    /// <summary>Where a code is, within the API.</summary>
    internal static string PathOf(DiscountCode code) => $"/discount-codes/{code.Code}" + (code.StoreId is { } id ? $"?storeId={id}" : "");

    private static string? KeyOf(Request request) => DiscountCode.KeyOf(request.RouteText("code")) is var key
        && DiscountCode.IsWellFormed(key) ? key : null;

    private static string ListSql(string stores) =>
        $"WHERE {stores} AND substr(code_key, 1, length($1{{as text}})) = $1{{as text}} AND code_key > $2 ORDER BY code_key LIMIT $3";

    private static async Task<Result<DiscountQuote>> QuoteAsync(DbSession session, Guid storeId, string key, long subtotal,
        string? category,
        string buyer)
    {
        var batch = session.Batch();
        var currencies = batch.Query("SELECT currency FROM stores WHERE id = $1", r => r.Text(0), storeId);
        var codes = DiscountStore.Peek(batch, [storeId], [key]);
        var now = batch.Now();
        await batch.RunAsync();
        if (currencies.First is not { } currency)
        {
            return PromotionErrors.UnknownStore;
        }

        if (new DiscountBook(codes.Rows, []).Find(storeId, currency, key) is not { } code)
        {
            return PromotionErrors.Unknown;
        }

        if (!Discounts.Applies(code, category))
        {
            return PromotionErrors.NotApplicable;
        }

        var uses = DiscountStore.Uses(batch, [code.Id], [buyer]);
        await batch.RunAsync();
        return new DiscountBook(codes.Rows, uses.Rows).Check(code, subtotal, buyer, now.Rows[0]) is { } obstacle ? obstacle
            : new DiscountQuote(code.Code, code.Kind, Discounts.AmountOf(code, subtotal), code.Kind == DiscountKind.FreeShipping, currency);
    }
}

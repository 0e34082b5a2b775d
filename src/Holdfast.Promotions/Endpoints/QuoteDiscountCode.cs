using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;

namespace Holdfast.Promotions.Endpoints;

/// <summary>
/// <c>POST /discount-codes/{code}/quote</c>: what the code would take off <c>subtotal</c> (goods of <c>category</c>) for the caller now, or
/// the obstacle as the order would meet it.
/// </summary>
internal sealed class QuoteDiscountCode(Db db)
{
    private const long MaxSubtotal = 1_000_000_000_000_000;

    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await request.ReadAsync(f => (f.Uuid("storeId"), f.Long("subtotal", 0, MaxSubtotal), f.TextOrNull("category")));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var (storeId, subtotal, category) = read.Value;
        if (DiscountAddress.KeyOf(request) is not { } key)
        {
            return PromotionErrors.Unknown;
        }

        var buyer = EmailAddress.Key(request.Caller.Email) ?? "";
        var result = await db.ReadAsync(s => QuoteAsync(s, storeId, key, subtotal, category, buyer), request.Aborted);
        return result.IsOk ? Reply.Ok(result.Value) : result.Error!;
    }

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

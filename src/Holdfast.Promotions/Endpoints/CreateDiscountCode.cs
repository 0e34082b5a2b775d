using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;

namespace Holdfast.Promotions.Endpoints;

/// <summary>
/// <c>POST /discount-codes</c>: 201 with the code; 409 <c>discount_code_taken</c>. A code for all stores, without a store, is the admins'.
/// </summary>
internal sealed class CreateDiscountCode(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var fields = body.Value;
        var storeId = fields.UuidOrNull("storeId");
        var name = UnicodeText.Plain(fields.Text("code", DiscountCode.MaxLength, DiscountCode.MinLength));
        if (name.Length > 0 && !DiscountCode.IsWellFormed(name))
        {
            fields.Reject("code", "must be of letters A to Z, digits, - and _");
        }

        var zone = await DiscountBody.ZoneAsync(db, fields, storeId, request.Aborted);
        var code = DiscountBody.Read(fields, Guid.CreateVersion7(), storeId, name, zone);
        if ((fields.Done() ?? DiscountAddress.Refusal(request.Caller, storeId)) is { } error)
        {
            return error;
        }

        try
        {
            return await IdempotentWork.RunAsync(db, request, required: false, tx => InsertAsync(tx, code));
        }
        catch (Exception e) when (db.IsUniqueViolation(e, "discount_codes"))
        {
            return PromotionErrors.CodeTaken;
        }
    }

    private static async Task<Result<Reply>> InsertAsync(Tx tx, DiscountCode code)
    {
        if (code.StoreId is { } storeId && await CurrencyAsync(tx, storeId) is null)
        {
            return PromotionErrors.UnknownStore;
        }

        var now = await tx.NowAsync();
        var made = code with { CreatedAt = now, UpdatedAt = now };
        await DiscountRows.InsertAsync(tx, made);
        return Reply.Created(made, Routes.Base + DiscountAddress.PathOf(made), made.Version);
    }

    /// <summary>The currency of a store; null when there is none.</summary>
    private static Task<string?> CurrencyAsync(DbSession session, Guid storeId) =>
        session.FirstAsync("SELECT currency FROM stores WHERE id = $1", r => r.Text(0), storeId);
}

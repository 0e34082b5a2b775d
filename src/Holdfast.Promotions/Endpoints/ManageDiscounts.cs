using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;

namespace Holdfast.Promotions.Endpoints;

/// <summary>
/// <c>POST /discount-codes</c>, and <c>PUT</c> and <c>DELETE /discount-codes/{code}?storeId</c>. A code for all stores, without a store, is
/// the admins'.
/// </summary>
internal sealed class ManageDiscounts(Db db)
{
    /// <summary>201 with the code; 409 <c>discount_code_taken</c>.</summary>
    public async Task<Reply> CreateAsync(Request request)
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

        var code = DiscountBody.Read(fields, Guid.CreateVersion7(), storeId, name, await ZoneAsync(fields, storeId, request.Aborted));
        if ((fields.Done() ?? Refusal(request.Caller, storeId)) is { } error)
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

    /// <summary>
    /// Replaces the rule of a code; with <c>If-Match</c>, only of the version that was read. A limit below what is used already: 409
    /// <c>discount_limit_below_uses</c>.
    /// </summary>
    public async Task<Reply> ReplaceAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var store = DiscountQueries.StoreOf(request);
        if (!store.IsOk)
        {
            return store.Error!;
        }

        var wanted = DiscountBody.Read(body.Value, Guid.Empty, store.Value, request.RouteText("code"),
            await ZoneAsync(body.Value, store.Value, request.Aborted));
        if ((body.Value.Done() ?? Refusal(request.Caller, store.Value)) is { } error)
        {
            return error;
        }

        return await db.WriteAsync(tx => ReplaceAsync(tx, wanted, request.IfMatch), request.Aborted);
    }

    /// <summary>
    /// 204 for a code that was never used: it is gone. One that was used is deactivated, because orders name it: 200 with the code.
    /// </summary>
    public async Task<Reply> DeleteAsync(Request request)
    {
        var store = DiscountQueries.StoreOf(request);
        if (!store.IsOk)
        {
            return store.Error!;
        }

        return Refusal(request.Caller, store.Value) is { } error ? error
            : await db.WriteAsync(tx => DeleteAsync(tx, store.Value, request.RouteText("code"), request.IfMatch), request.Aborted);
    }

    /// <summary>Why the caller may not manage codes of the store (null: of all stores), or null.</summary>
    internal static Error? Refusal(Caller caller, Guid? storeId) =>
        storeId is { } id ? caller.Manages(id) ? null : Errors.NotFound
        : caller.Role == Role.Admin ? null : Errors.Forbidden;

    /// <summary>The time zone of the code's store, where the body names plain days; a code for all stores has none.</summary>
    private async Task<TimeZoneInfo?> ZoneAsync(JsonBodyReader fields, Guid? storeId, CancellationToken ct) => storeId is { } id
        && (fields.IsDay("startsAt") || fields.IsDay("endsAt"))
        ? Times.Zone(await db.ReadAsync(s => s.FirstAsync("SELECT time_zone FROM stores WHERE id = $1", r => r.Text(0), id), ct)) : null;

    private static async Task<Result<Reply>> InsertAsync(Tx tx, DiscountCode code)
    {
        if (code.StoreId is { } storeId && await DiscountQueries.CurrencyAsync(tx, storeId) is null)
        {
            return PromotionErrors.UnknownStore;
        }

        var now = await tx.NowAsync();
        var made = code with { CreatedAt = now, UpdatedAt = now };
        await DiscountRows.InsertAsync(tx, made);
        return Reply.Created(made, Routes.Base + DiscountQueries.PathOf(made), made.Version);
    }

    private static async Task<Reply> ReplaceAsync(Tx tx, DiscountCode wanted, VersionCondition? ifMatch)
    {
        var found = await DiscountRows.LockAsync(tx, wanted.StoreId, wanted.CodeKey);
        if (found is null)
        {
            return Errors.NotFound;
        }

        if (ifMatch?.Holds(found.Version) == false)
        {
            return Errors.PreconditionFailed;
        }

        if (wanted.UsageLimit < found.Used)
        {
            return PromotionErrors.LimitBelowUses("usageLimit", found.Used);
        }

        if (wanted.UsageLimitPerCustomer is { } limit && (found.UsageLimitPerCustomer is not { } before || limit < before))
        {
            var most = await DiscountRows.MostByOneBuyerAsync(tx, found.Id);
            if (limit < most)
            {
                return PromotionErrors.LimitBelowUses("usageLimitPerCustomer", most);
            }

            if (found.UsageLimitPerCustomer is null)
            {
                await DiscountRows.LimitUsesAsync(tx, found.Id);
            }
        }

        var now = await tx.NowAsync();
        var changed = wanted with
        {
            Id = found.Id,
            Code = found.Code,
            Used = found.Used,
            Version = found.Version
            + 1,
            CreatedAt = found.CreatedAt,
            UpdatedAt = now
        };
        await DiscountRows.UpdateAsync(tx, found, changed);
        return Reply.Ok(changed, changed.Version);
    }

    private static async Task<Reply> DeleteAsync(Tx tx, Guid? storeId, string code, VersionCondition? ifMatch)
    {
        var found = await DiscountRows.LockAsync(tx, storeId, DiscountCode.KeyOf(code));
        if (found is null)
        {
            return Errors.NotFound;
        }

        if (ifMatch?.Holds(found.Version) == false)
        {
            return Errors.PreconditionFailed;
        }

        if (!await DiscountRows.WasUsedAsync(tx, found.Id))
        {
            await tx.ExecuteAsync("DELETE FROM discount_codes WHERE id = $1", found.Id);
            return Reply.NoContent();
        }

        if (found.Active)
        {
            var read = found;
            found = read with { Active = false, Version = read.Version + 1, UpdatedAt = await tx.NowAsync() };
            await DiscountRows.UpdateAsync(tx, read, found);
        }

        return Reply.Ok(found, found.Version);
    }
}

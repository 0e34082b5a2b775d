using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;

namespace Holdfast.Promotions.Endpoints;

/// <summary>
/// <c>PUT /discount-codes/{code}?storeId</c>: replaces the rule of a code; with <c>If-Match</c>, only of the version that was read. A limit
/// below what is used already: 409 <c>discount_limit_below_uses</c>.
/// </summary>
internal sealed class UpdateDiscountCode(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var store = request.QueryIdOrNull("storeId");
        if (!store.IsOk)
        {
            return store.Error!;
        }

        var wanted = DiscountBody.Read(body.Value, Guid.Empty, store.Value, request.RouteText("code"),
            await DiscountBody.ZoneAsync(db, body.Value, store.Value, request.Aborted));
        if ((body.Value.Done() ?? DiscountAddress.Refusal(request.Caller, store.Value)) is { } error)
        {
            return error;
        }

        return await db.WriteAsync(tx => ReplaceAsync(tx, wanted, request.IfMatch), request.Aborted);
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
}

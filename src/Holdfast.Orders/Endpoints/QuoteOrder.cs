using Holdfast.Orders.Core;
using Holdfast.Orders.Placement;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>POST /orders/quote: every total as placing would make it, and what stands in the way. Writes nothing.</summary>
internal sealed class QuoteOrder(Db db, OrderOptions options)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await OrderRequest.ReadAsync(request);
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var command = read.Value.Command;
        var (books, now) = await PlacementPeek.ReadAsync(db, command, options);
        var lines = Pricing.Lines(command, books);
        if (!lines.IsOk)
        {
            return lines.Error!;
        }

        var (charges, refusal) = Pricing.Charge(command, lines.Value, books, now);
        var obstacle = PlacementRules.Check(command, charges, refusal, books, now);
        var quote = Quote.Of(charges);
        return Reply.Ok(new
        {
            quote.Currency,
            quote.Lines,
            quote.Subtotal,
            quote.DiscountCode,
            quote.DiscountAmount,
            quote.Discounts,
            quote.RedeemedPoints,
            quote.PointsDiscountPrice,
            quote.ShippingFee,
            quote.TaxAmount,
            quote.ShippingTaxAmount,
            quote.TaxIncluded,
            quote.Total,
            options.SessionMinutes,
            PaymentMethods = PaymentMethodRule.Allowed(command, books).Select(Names.Of).ToArray(),
            CanBePlaced = obstacle is null,
            Obstacle = obstacle is null ? null
                : new Obstacle(obstacle.Code, request.IsVietnamese ? obstacle.Vietnamese : obstacle.English, obstacle.Extensions),
        });
    }

    private sealed record Obstacle(string Code, string Detail, IReadOnlyDictionary<string, object?>? Facts);
}

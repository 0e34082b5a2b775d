using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;

namespace Holdfast.Orders;

/// <summary>POST /orders/quote: every total as placing would make it, and what stands in the way. Writes nothing.</summary>
internal sealed class QuoteOrder(Db db, OrderOptions options)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var fields = await request.FieldsAsync().ConfigureAwait(false);
        if (!fields.IsOk)
        {
            return fields.Error!;
        }

        var read = OrderRequest.Read(fields.Value, request.Caller);
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var command = read.Value.Command;
        var books = await PlacementPeek.ReadAsync(db, command).ConfigureAwait(false);
        var lines = Placement.Price(command, books);
        if (!lines.IsOk)
        {
            return lines.Error!;
        }

        var quote = Placement.QuoteOf(lines.Value, books.Stores[command.StoreId].Currency);
        var obstacle = Placement.Check(command, books);
        return Reply.Ok(new
        {
            quote.Currency,
            quote.Lines,
            quote.Subtotal,
            quote.DiscountAmount,
            quote.PointsDiscountPrice,
            quote.ShippingFee,
            quote.Total,
            options.SessionMinutes,
            CanBePlaced = obstacle is null,
            Obstacle = obstacle is null ? null : new Obstacle(obstacle.Code, obstacle.English, obstacle.Extensions),
        });
    }

    private sealed record Obstacle(string Code, string Detail, IReadOnlyDictionary<string, object?>? Facts);
}

using Holdfast.Inventory.Core;
using Holdfast.Inventory.Reservations;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Endpoints;

/// <summary>
/// <c>POST /inventory/reservations</c> <c>{lines:[{variantId, quantity}], ttlSeconds?, reference?}</c>, for staff and services of the
/// store: all lines or none; 201 with the reservation. The Idempotency-Key is required.
/// </summary>
internal sealed class ReserveStock(ReservationQueue queue, InventoryOptions options)
{
    /// <summary>The most pieces that one line may ask for.</summary>
    private const long MaxQuantity = 1_000_000_000;

    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await request.FieldsAsync();
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var fields = read.Value;
        var lines = fields.Objects("lines", f => new StockLine(f.Uuid("variantId"), f.Long("quantity", 1, MaxQuantity)));
        var ttl = fields.IntOrNull("ttlSeconds", 1, InventoryOptions.MaxTtlSeconds);
        var reference = fields.TextOrNull("reference");
        if (fields.Done() is { } error)
        {
            return error;
        }

        var key = request.Idempotency(required: true);
        return key.IsOk
            ? await queue.SubmitAsync(
            new ReserveCommand(Guid.CreateVersion7(), request.Caller, key.Value, Reservation.Sum(lines), reference,
                ttl is { } seconds ? TimeSpan.FromSeconds(seconds) : options.ReservationTtl))
            : key.Error!;
    }
}

using Holdfast.Inventory.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Reservations;

/// <summary>
/// <c>POST /inventory/reservations</c> <c>{lines:[{variantId, quantity}], ttlSeconds?, reference?}</c>, <c>GET</c> of one, <c>/release</c>
/// and <c>/commit</c>, for staff and services of the store.
/// </summary>
public sealed class ManageReservations(Db db, ReservationQueue queue, InventoryOptions options)
{
    /// <summary>The most pieces that one line may ask for.</summary>
    public const long MaxQuantity = 1_000_000_000;

    /// <summary>All lines or none; 201 with the reservation. The Idempotency-Key is required.</summary>
    public async Task<Reply> ReserveAsync(Request request)
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

    public async Task<Reply> GetAsync(Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        var found = await db.ReadAsync(async s =>
        {
            var batch = s.Batch();
            var fetched = ReservationStore.Peek(batch, [id]);
            var now = batch.Now();
            await batch.RunAsync();
            return fetched.All().FirstOrDefault()?.At(now.Rows[0]);
        }, request.Aborted);
        return found is not null && request.Caller.Manages(found.StoreId) ? Reply.Ok(found) : Errors.NotFound;
    }

    /// <summary>200 with the reservation, also when its stock was given back before; 409 when the goods are gone.</summary>
    public Task<Reply> ReleaseAsync(Request request) => EndAsync(request, (id, key) => new ReleaseCommand(id, request.Caller, key));

    /// <summary>200 with the reservation, also when it was committed before; 409 when its stock was given back.</summary>
    public Task<Reply> CommitAsync(Request request) => EndAsync(request, (id, key) => new CommitCommand(id, request.Caller, key));

    private async Task<Reply> EndAsync(Request request, Func<Guid, IdempotencyKey?, ReservationCommand> command)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        if (await request.NoMembersAsync() is { } error)
        {
            return error;
        }

        var key = request.Idempotency(required: false);
        return key.IsOk ? await queue.SubmitAsync(command(id, key.Value)) : key.Error!;
    }
}

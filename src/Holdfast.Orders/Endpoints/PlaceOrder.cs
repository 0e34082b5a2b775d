using Holdfast.Identity.Links;
using Holdfast.Orders.Core;
using Holdfast.Orders.Events;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>POST /orders: reads the request, queues it, answers after the commit.</summary>
public sealed class PlaceOrder(Db db, PlacementQueue queue, AccessKeys accessKeys)
{
    /// <summary>A guest's key is scoped to the email and the phone of the body: see docs/adr/0014.</summary>
    public Task<Reply> HandleAsync(Request request) =>
        PlaceAsync(request, command => $"buyer\n{command.EmailKey}\n{command.ContactPhone}", null);

    /// <summary>
    /// As POST /orders with a body that has no lines: <paramref name="fill"/> gives the command as it was read its lines, and what rides
    /// with it, or refuses. A key that was used before gets its first answer, whatever <paramref name="fill"/> says by now.
    /// </summary>
    /// <param name="guest">What scopes a guest's key.</param>
    public Task<Reply> HandleAsync(Request request, string guest, Func<PlaceCommand, Task<Result<PlaceCommand>>> fill) =>
        PlaceAsync(request, _ => guest, fill);

    private async Task<Reply> PlaceAsync(Request request, Func<PlaceCommand, string> guest,
        Func<PlaceCommand, Task<Result<PlaceCommand>>>? fill)
    {
        CurrentWork.Is(DbWork.Placement);
        var read = await OrderRequest.ReadAsync(request, withLines: fill is null);
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var key = request.Idempotency(required: true, guest(read.Value.Command), read.Value.Key);
        if (!key.IsOk)
        {
            return key.Error!;
        }

        Result<PlaceCommand> command = read.Value.Command;
        if (fill is not null)
        {
            command = await fill(read.Value.Command);
        }

        var placed = command.IsOk ? await queue.PlaceAsync(new PlaceRequest(command.Value, key.Value!))
            : await ReplayAsync(key.Value!, command.Error!);
        return placed.IsOk ? Answer(request, placed.Value) : placed.Error!;
    }

    /// <summary>
    /// The order that the key made, if it did: it may be what has emptied the cart since. Otherwise the refusal. The order may be visible
    /// without being replicated: success is told once it is (see docs/adr/0015).
    /// </summary>
    private async Task<Result<PlaceResult>> ReplayAsync(IdempotencyKey key, Error refusal)
    {
        var stored = await db.ReadAsync(s => s.FirstAsync(IdempotentWork.Select, IdempotentWork.Map, new[] { key.Hash }));
        if (stored?.Subject is not { } orderId)
        {
            return refusal;
        }

        var replay = stored.Replay(key);
        if (!replay.IsOk)
        {
            return replay.Error!;
        }

        await db.FenceAsync();
        return new PlaceResult(orderId, stored.Response!, Replayed: true);
    }

    private Reply Answer(Request request, PlaceResult placed)
    {
        var (orderId, body, replayed) = placed;
        if (request.Caller.Role == Role.Guest)
        {
            // Not stored with the order: it follows from the order's id, so a replay has the same bytes.
            body = OrderJson.With(body, "accessKey", accessKeys.For(orderId));
        }

        return Reply.Raw(201, body, $"{Routes.Base}/orders/{orderId}", version: null, replayed);
    }
}

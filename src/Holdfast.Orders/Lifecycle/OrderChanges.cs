using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Orders.Endpoints;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Lifecycle;

/// <summary>
/// What the routes that change an order have in common: find it, read the body, queue the command, answer with the order.
/// </summary>
internal sealed class OrderChanges(OrderAccess access, ChangeQueue queue)
{
    /// <summary>Runs a command made from the body's fields and the order.</summary>
    public async Task<Reply> RunAsync(Request request, bool staffOnly, bool keyRequired,
        Func<AccessibleOrder, JsonBodyReader, OrderCommand> command,
        int status = 200)
    {
        var fields = await request.FieldsAsync();
        if (!fields.IsOk)
        {
            return fields.Error!;
        }

        var accessible = staffOnly ? await access.FindAsStaffAsync(request)
            : await access.FindAsync(request);
        if (!accessible.IsOk)
        {
            return accessible.Error!;
        }

        var bodyKey = fields.Value.OpaqueOrNull("idempotencyKey", 255);
        var made = command(accessible.Value, fields.Value);
        if (fields.Value.Done() is { } wrong)
        {
            return wrong;
        }

        // A guest who gets here has the order's access key, and the order is part of the scope.
        var key = request.Idempotency(keyRequired, guest: "access key", bodyKey);
        return key.IsOk ? await ChangeAsync(new ChangeRequest(made, key.Value, status)) : key.Error!;
    }

    public async Task<Reply> ChangeAsync(ChangeRequest changing)
    {
        var changed = await queue.ChangeAsync(changing);
        return changed.IsOk
            ? Reply.Raw(changing.Status, changed.Value.Body, version: changed.Value.Replayed ? null
            : changed.Value.Version, replayed: changed.Value.Replayed)
            : changed.Error!;
    }

    /// <summary>The lines of a shipment or return; null for all.</summary>
    public static List<StockLine>? Lines(JsonBodyReader fields) =>
        fields.ObjectsOrNull("lines", l => new StockLine(l.Uuid("variantId"), l.Long("quantity", 1, OrderRequest.MaxQuantity)), 1,
        OrderRequest.MaxLines);
}

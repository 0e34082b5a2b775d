using Holdfast.Identity.Core;
using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// PUT /orders/{id}: address, phone and note until it is shipped; those who work for the store also the buyer's email and name, staff the
/// status. Needs If-Match or <c>version</c>.
/// </summary>
internal sealed class EditOrder(OrderChanges changes)
{
    private static readonly string[] Statuses = ["confirmed", "shipped", "delivered", "returned", "cancelled"];

    public async Task<Reply> HandleAsync(Request request)
    {
        Error? refusal = null;
        var reply = await changes.RunAsync(request, staffOnly: false, keyRequired: false, (seen, f) =>
        {
            var address = OrderRequest.AddressOrNull(f, required: false);
            var phone = f.TextOrNull("contactPhone", 40);
            var note = f.TextOrNull("note", 1000, lines: true);
            // Who the buyer is, is for the store to correct: to the buyer these members are unknown.
            var (email, name) = seen.Relation == Relation.Staff ? Customer(f) : default;
            // A service has the routes that are for services, and no way around the others.
            var status = seen.Relation == Relation.Staff && request.Caller.Role != Role.Service ? f.WordOrNull("status", Statuses) : null;
            var inBody = f.IntOrNull("version", 1, int.MaxValue);
            var version = request.IfMatch ?? (inBody is { } number ? (VersionCondition?)number : null);
            if (version is null)
            {
                f.Reject("version", "send If-Match or version");
                refusal = OrderErrors.VersionRequired;
            }

            var order = seen.Order;
            var participants = new List<CommitParticipant>();
            var edit = new EditCommand(order.Id, order.StoreId, request.Caller.Actor, address, phone, note, Then(status, order,
                request.Caller.Actor))
            {
                Email = email,
                Name = name,
                ByOwner = seen.Relation == Relation.Owner,
                ExpectedVersion = version,
                Participants = participants,
            };
            if (order.IsGuest && (email ?? name) is not null)
            {
                participants.Add(new GuestCorrection(edit, order.CustomerId));
            }

            return edit;
        });
        return refusal is not null && reply.Error?.Fields is { Count: 1 } ? refusal : reply;
    }

    /// <summary>The right email and name, where they are named.</summary>
    private static (string? Email, string? Name) Customer(JsonBodyReader fields)
    {
        if (fields.ObjectOrNull("customer") is not { } customer)
        {
            return default;
        }

        var (email, name) = (customer.TextOrNull("email", Emails.MaxLength), customer.TextOrNull("name"));
        if (email is not null && Emails.Key(email) is null)
        {
            customer.Reject("email", "is not an email address");
        }

        return (email, name);
    }

    private static OrderCommand? Then(string? status, Order order, string actor) => status switch
    {
        "confirmed" => new ConfirmCommand(order.Id, order.StoreId, actor),
        "shipped" => new ShipCommand(order.Id, order.StoreId, actor, Guid.CreateVersion7(), null, null, null),
        "delivered" => new DeliverCommand(order.Id, order.StoreId, actor, Guid.CreateVersion7()),
        "returned" => new ReturnCommand(order.Id, order.StoreId, actor, Guid.CreateVersion7(), null, true),
        "cancelled" => new CancelCommand(order.Id, order.StoreId, actor, null) { ByStore = true },
        _ => null,
    };
}

using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>
/// Changes of what an order says of its buyer. No amount follows from any of it: what delivery costs goes by the goods, so a new address
/// changes no price.
/// </summary>
internal static class EditRules
{
    /// <summary>How often a buyer may change an order: each change is an event for ever.</summary>
    public const int MaxEdits = 50;

    private const string OfCustomer = "customer.";

    /// <summary>Address, phone and note until it is shipped; email and name also later, since mails still follow.</summary>
    public static Error? Edit(EditCommand command, OrderAggregate file, DateTime now)
    {
        var before = file.Order;
        var after = before with
        {
            DeliveryAddress = command.DeliveryAddress ?? before.DeliveryAddress,
            ContactPhone = command.ContactPhone ?? before.ContactPhone,
            Note = command.Note ?? before.Note,
            CustomerEmail = command.Email ?? before.CustomerEmail,
            CustomerName = command.Name ?? before.CustomerName,
            CustomerId = before.IsGuest ? command.GuestId ?? before.CustomerId : before.CustomerId,
        };
        var changed = Changed(before, after).ToList();
        if (changed.Count == 0)
        {
            return null;
        }

        var isOpen = before.Status is OrderStatus.Pending or OrderStatus.Confirmed
            || changed.TrueForAll(c => c.StartsWith(OfCustomer, StringComparison.Ordinal));
        if (!isOpen || before.IsOfClosedAccount)
        {
            return OrderErrors.NotEditable;
        }

        if (command.ByOwner && before.Edits >= MaxEdits)
        {
            return OrderErrors.TooManyEdits;
        }

        file.Become(after with { Edits = before.Edits + (command.ByOwner ? 1 : 0) }, "order.updated", command.Actor, now, changed: changed);
        return null;
    }

    private static IEnumerable<string> Changed(Order before, Order after)
    {
        (string Name, bool IsChanged)[] members =
        [
            ("deliveryAddress", before.DeliveryAddress != after.DeliveryAddress),
            ("contactPhone", before.ContactPhone != after.ContactPhone),
            ("note", before.Note != after.Note),
            ("customer.email", before.CustomerEmail != after.CustomerEmail),
            ("customer.name", before.CustomerName != after.CustomerName),
        ];
        return members.Where(m => m.IsChanged).Select(m => m.Name);
    }
}

using Holdfast.Inventory.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>
/// The decision on an existing order: (books, command, now) to the next state or a named rejection. An overdue order is expired first,
/// whether or not a sweep has run.
/// </summary>
public static class LifecycleRules
{
    /// <summary>Applies the command to the books. After an error the caller undoes everything that this command did.</summary>
    public static Error? Decide(OrderCommand command, OrderAggregate file, LifecycleBooks books, DateTime now)
    {
        if (command.ExpectedVersion?.Holds(file.Order.Version) == false)
        {
            return OrderErrors.VersionConflict;
        }

        if (file.Order.IsOverdue(now) && command is not HideCommand)
        {
            Expire(file, books, now, "system");
        }

        return command switch
        {
            PayCommand pay => Money.Pay(pay, file, books, now),
            FailPaymentCommand fail => Money.Fail(fail, file, now),
            CancelCommand cancel => CancellationRules.Cancel(cancel, file, books, now),
            ExpireCommand => null,
            ConfirmCommand confirm => Confirm(confirm, file, now),
            ShipCommand ship => Shipping.Ship(ship, file, books, now),
            DeliverCommand deliver => Shipping.Deliver(deliver, file, books, now),
            ReturnCommand back => Shipping.Return(back, file, books, now),
            EditCommand edit => Edit(edit, file, books, now),
            HideCommand hide => Hide(hide, file, now),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "has no rule"),
        };
    }

    /// <summary>Whether deciding may need the stock rows: everything but what leaves goods where they are.</summary>
    public static bool NeedsStock(OrderCommand command, Order order, DateTime soon) =>
        order.IsOverdue(soon) || command switch
        {
            CancelCommand or ExpireCommand or ShipCommand or ReturnCommand => true,
            PayCommand => order.Status == OrderStatus.Expired,
            EditCommand { Then: { } then } => NeedsStock(then, order, soon),
            _ => false,
        };

    /// <summary>Whether deciding may move points of the order's buyer.</summary>
    public static bool NeedsPoints(OrderCommand command, Order order, DateTime soon) => !order.IsGuest && command switch
    {
        DeliverCommand => true,
        ReturnCommand when order.EarnedPoints > 0 => true,
        EditCommand { Then: { } then } => NeedsPoints(then, order, soon),
        _ => order.RedeemedPoints > 0 && NeedsStock(command, order, soon),
    };

    /// <summary>Null when the order may go to the status.</summary>
    internal static Error? Illegal(Order order, OrderStatus to) =>
        Transitions.IsLegal(order.Status, to) && !(order.Status == OrderStatus.Expired && to == OrderStatus.Confirmed) ? null
        : OrderErrors.IllegalTransition(order.Status, to);

    private static void Expire(OrderAggregate file, LifecycleBooks books, DateTime now, string actor)
    {
        CancellationRules.GiveBack(file, books, StockReasons.Expired, now);
        var due = Money.ReturnAll(file, "expired", now);
        file.Become(file.Order with { Status = OrderStatus.Expired, RefundDue = file.Order.RefundDue + due }, "order.expired", actor, now);
    }

    /// <summary>Confirms an order: by staff, or by its buyer if it is paid on delivery. Confirming again changes nothing.</summary>
    internal static Error? Confirm(ConfirmCommand command, OrderAggregate file, DateTime now)
    {
        var order = file.Order;
        if (command.ByBuyer && order is { PaymentMethod: PaymentMethod.CashOnDelivery, Status: OrderStatus.Confirmed })
        {
            return null;
        }

        if (Illegal(order, OrderStatus.Confirmed) is { } illegal)
        {
            return illegal;
        }

        if (command.ByBuyer && order.PaymentMethod != PaymentMethod.CashOnDelivery)
        {
            return OrderErrors.IllegalTransition(order.Status, OrderStatus.Confirmed);
        }

        file.Become(order with { Status = OrderStatus.Confirmed, IsVouchedFor = !command.ByBuyer, IsMailboxProved = command.ProvesMailbox },
            "order.confirmed", command.Actor, now);
        return null;
    }

    private static Error? Edit(EditCommand command, OrderAggregate file, LifecycleBooks books, DateTime now) =>
        EditRules.Edit(command, file, now) ?? (command.Then is { } then ? Decide(then, file, books, now) : null);

    private static Error? Hide(HideCommand command, OrderAggregate file, DateTime now)
    {
        if (!file.Order.HasEnded)
        {
            return OrderErrors.NotEnded;
        }

        if (command.ByOwner)
        {
            file.BecomeQuietly(file.Order with { Hidden = true }, now);
        }
        else if (file.Order.DeletedAt is null)
        {
            file.Become(file.Order with { DeletedAt = now }, "order.updated", command.Actor, now);
        }

        return null;
    }
}

using Holdfast.Inventory.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>
/// Money on an order. Payments add up; reaching the total confirms. What exceeds the total, and what comes to an order that ends
/// unconfirmed or cancelled, is due back, each once.
/// </summary>
internal static class Money
{
    private const string CashProvider = "cash_on_delivery";

    public static Error? Pay(PayCommand pay, OrderAggregate file, LifecycleBooks books, DateTime now)
    {
        var order = file.Order;
        if (!PaymentNames.IsProvider(pay.Provider) || pay.TransactionId.Length == 0)
        {
            return OrderErrors.PaymentNameMalformed;
        }

        if (books.Payments.Find(new PaymentKey(order.StoreId, pay.Provider, pay.TransactionId)) is { } recorded)
        {
            // The same transaction told twice is one.
            return recorded == new RecordedPayment(order.Id, pay.Amount, pay.Currency) ? null : OrderErrors.TransactionConflict;
        }

        if (pay.Currency != order.Currency)
        {
            return OrderErrors.CurrencyMismatch;
        }

        if (pay.Amount > PlacementRules.MaxTotal - order.AmountPaid)
        {
            return OrderErrors.PaymentTooLarge;
        }

        var payment = new Payment(pay.PaymentId, pay.Provider, pay.TransactionId, pay.Amount, pay.Currency, pay.Method, pay.Installments,
            pay.Actor,
            pay.ReceivedAt ?? now, now);
        Record(payment, file, books);
        return order.Status switch
        {
            OrderStatus.Expired => PayLate(payment, file, books, now),
            OrderStatus.Cancelled or OrderStatus.Returned => PayInVain(payment, file, "late", now),
            _ => PayInTime(payment, file, now),
        };
    }

    /// <summary>
    /// Records that a payment has failed. It changes nothing if the order is partly paid or has ended, or if the failure was already
    /// recorded.
    /// </summary>
    public static Error? Fail(FailPaymentCommand fail, OrderAggregate file, DateTime now)
    {
        if (fail.Currency is { } currency && currency != file.Order.Currency)
        {
            return OrderErrors.CurrencyMismatch;
        }

        if (file.Order is { Status: OrderStatus.Pending, PaymentStatus: PaymentStatus.Unpaid })
        {
            file.Become(file.Order with { PaymentFailed = true }, "payment.failed", fail.Actor, now, fail.Reason);
        }

        return null;
    }

    /// <summary>The cash that a delivery brings in.</summary>
    public static void Collect(DeliverCommand deliver, OrderAggregate file, DateTime now)
    {
        var open = file.Order.Cost - file.Order.Kept;
        if (file.Order.PaymentMethod != PaymentMethod.CashOnDelivery || open <= 0)
        {
            return;
        }

        // Staff may have told a part of it under the same name.
        var isTaken = file.Payments.Any(p => p.Provider == CashProvider && p.TransactionId == file.Order.Id.ToString());
        var transaction = (isTaken ? deliver.PaymentId : file.Order.Id).ToString();
        var payment = new Payment(deliver.PaymentId, CashProvider, transaction, open, file.Order.Currency, "cash", null, deliver.Actor, now,
            now);
        file.Add(payment);
        file.Become(file.Order with { AmountPaid = file.Order.AmountPaid + open }, "payment.succeeded", deliver.Actor, now);
    }

    /// <summary>
    /// Makes all money that is kept of an order's payments due back. Returns the amount, which the caller adds to the order.
    /// </summary>
    public static long ReturnAll(OrderAggregate file, string reason, DateTime now)
    {
        var due = 0L;
        foreach (var payment in file.Payments)
        {
            due += file.AddRefund(payment, payment.Amount, reason, now);
        }

        return due;
    }

    /// <summary>
    /// Makes the money due back that exceeds the order's new cost, taken from the last payments first. Returns the amount, which the caller
    /// adds to the order.
    /// </summary>
    /// <param name="after">The order with its new cost.</param>
    /// <param name="reason">Made unique by the event that follows: an order may become cheaper several times.</param>
    public static long ReturnExcess(OrderAggregate file, Order after, string reason, DateTime now)
    {
        var (due, excess) = (0L, Math.Max(0, file.Order.Kept - after.Cost));
        foreach (var payment in file.Payments.Reverse())
        {
            due += file.AddRefund(payment, excess - due, $"{reason}:{file.Order.EventSequence + 1}", now);
        }

        return due;
    }

    private static void Record(Payment payment, OrderAggregate file, LifecycleBooks books)
    {
        file.Add(payment);
        books.Payments.Add(new PaymentKey(file.Order.StoreId, payment.Provider, payment.TransactionId),
            new RecordedPayment(file.Order.Id, payment.Amount, payment.Currency));
    }

    private static Error? PayInTime(Payment payment, OrderAggregate file, DateTime now)
    {
        var order = file.Order;
        var excess = Math.Max(0, order.Kept + payment.Amount - order.Cost);
        file.AddRefund(payment, excess, "excess", now);
        file.Become(order with { AmountPaid = order.AmountPaid + payment.Amount, RefundDue = order.RefundDue + excess },
            "payment.succeeded", payment.Actor, now);
        if (order.Status == OrderStatus.Pending && file.Order.Kept >= order.Cost)
        {
            file.Become(file.Order with { Status = OrderStatus.Confirmed }, "order.confirmed", payment.Actor, now);
        }

        return null;
    }

    /// <summary>
    /// Money for an expired order: everything is taken again and the order confirmed, or the money becomes due back. It always becomes due
    /// back if the buyer's account is closed. Earlier money that has not gone back yet counts, so that partial payments are judged like a
    /// whole one.
    /// </summary>
    private static Error? PayLate(Payment payment, OrderAggregate file, LifecycleBooks books, DateTime now)
    {
        var order = file.Order;
        var missing = order.Cost - order.Kept - payment.Amount;
        if (order.IsOfClosedAccount || missing > file.Withdrawable || !TryTakeAgain(order, books))
        {
            return PayInVain(payment, file, "late", now);
        }

        // What is missing was made due back when the time was over; what is too much is due back now.
        file.Withdraw(missing);
        file.AddRefund(payment, -missing, "excess", now);
        file.Become(order with { AmountPaid = order.AmountPaid + payment.Amount, RefundDue = order.RefundDue - missing },
            "payment.succeeded", payment.Actor, now);
        file.Become(file.Order with { Status = OrderStatus.Confirmed }, "order.confirmed", payment.Actor, now, "late_payment");
        return null;
    }

    private static Error? PayInVain(Payment payment, OrderAggregate file, string reason, DateTime now)
    {
        file.AddRefund(payment, payment.Amount, reason, now);
        file.Become(file.Order with
        {
            AmountPaid = file.Order.AmountPaid + payment.Amount,
            RefundDue = file.Order.RefundDue
            + payment.Amount
        },
            "payment.succeeded", payment.Actor, now, reason);
        return null;
    }

    /// <summary>Takes stock, purchases, the code's use and the points again: all or none.</summary>
    private static bool TryTakeAgain(Order order, LifecycleBooks books)
    {
        var overLimit = order.Lines.Any(l => l.Limited && books.Limits.TryGetValue(l.VariantId, out var limit)
            && books.Purchases.Quantity(l.VariantId, order.BuyerKeys) + l.Live > limit);
        if (overLimit)
        {
            return false;
        }

        var (stock, discounts, points) = (books.Stock.Savepoint(), books.Discounts.Savepoint(),
            order.RedeemedPoints - order.CancelledPoints);
        if (books.Stock.TryReserve([.. order.Lines.Where(l => l.Live > 0).Select(l => new StockLine(l.VariantId, l.Live))],
            StockReasons.LatePayment, order.Id, out _)
            && order.Discounts.All(d => books.Discounts.TryUseAgain(d.Id, order.Id, order.StoreId, order.BuyerKey, d.Amount,
                order.PhoneKey, isKnownByPhone: order.IsGuest))
            && (points == 0 || books.Points.TryRedeem(order.CustomerId, order.StoreId, points, order.Id, StockReasons.LatePayment)))
        {
            books.Purchases.Take(order.Lines, order.BuyerKeys);
            return true;
        }

        books.Stock.Undo(stock);
        books.Discounts.Undo(discounts);
        return false;
    }
}

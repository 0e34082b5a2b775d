using System.Diagnostics;
using Holdfast.Inventory.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>The decision: (books, command, now) to an order or a named rejection. The only code that says yes to an order.</summary>
public static class PlacementRules
{
    /// <summary>The largest total: it and its sums stay exact everywhere, in JavaScript too.</summary>
    public const long MaxTotal = 1_000_000_000_000_000;

    /// <summary>
    /// Decides one command and, when it is accepted, takes what it takes in the books. After a rejection the caller undoes them.
    /// </summary>
    public static Result<Order> Decide(PlaceCommand command, Guid customerId, PlacementBooks books, OrderOptions options, DateTime now)
    {
        var lines = Pricing.Lines(command, books);
        if (!lines.IsOk)
        {
            return lines.Error!;
        }

        if (Hopeless(command, books) is { } hopeless)
        {
            return hopeless;
        }

        var (charges, refusal) = Pricing.Charge(command, lines.Value, books, now);
        if (Obstacle(command, charges, refusal, books) is { } obstacle)
        {
            return obstacle;
        }

        if (TakeStock(command, books, now) is { } taken)
        {
            return taken;
        }

        if (charges.Lines.Any(l => l.Limited))
        {
            books.Purchases.Take(charges.Lines, command.Keys.Counted);
        }

        foreach (var (code, amount) in charges.Codes)
        {
            books.Discounts.Use(code, command.OrderId, command.StoreId, command.Keys.Counted[0], amount,
                BuyerKeys.PhoneAmong(command.Keys.Counted));
        }

        if (charges.RedeemedPoints > 0
            && books.Points?.TryRedeem(customerId, command.StoreId, charges.RedeemedPoints, command.OrderId, "redeemed") != true)
        {
            throw new UnreachableException("a missing point is an obstacle");
        }

        if (command.ExternalId is { } externalId)
        {
            books.ExternalIds.Take(command.StoreId, externalId);
        }

        var order = Make(command, customerId, charges, PaymentMethodRule.Of(command, books), books.Stores[command.StoreId], options, now);
        if (order.Total > 0 && command.Buyer is { } buyer)
        {
            books.Pending.Add(order.StoreId, buyer, order.Quantity);
            books.ClientHolds.Add(order.Lines, buyer);
            if (IsUnpaidHold(command, order.PaymentMethod, order.Total))
            {
                books.UnpaidHolds.Add(order, buyer);
            }
        }

        return order;
    }

    /// <summary>Whether a command would be accepted, judged by the same rules without changing anything.</summary>
    public static Error? Check(PlaceCommand command, PlacementBooks books, DateTime now)
    {
        var lines = Pricing.Lines(command, books);
        if (!lines.IsOk)
        {
            return lines.Error;
        }

        if (Hopeless(command, books) is { } hopeless)
        {
            return hopeless;
        }

        var (charges, refusal) = Pricing.Charge(command, lines.Value, books, now);
        return Obstacle(command, charges, refusal, books) ?? CannotTakeOver(command, books, now);
    }

    /// <summary>Returns why an order with these charges is refused, or null.</summary>
    public static Error? Check(PlaceCommand command, Charges charges, Error? refusal, PlacementBooks books, DateTime now) =>
        Hopeless(command, books) ?? Obstacle(command, charges, refusal, books) ?? CannotTakeOver(command, books, now);

    private static Error? CannotTakeOver(PlaceCommand command, PlacementBooks books, DateTime now)
    {
        if (command.ReservationId is null)
        {
            return null;
        }

        var savepoint = books.Savepoint();
        var taken = TakeStock(command, books, now);
        books.Undo(savepoint);
        return taken;
    }

    /// <summary>
    /// Checks that need no charges. They come before limits and balances: sold-out goods are refused without a lock, and limits and
    /// balances are only known under one.
    /// </summary>
    private static Error? Hopeless(PlaceCommand command, PlacementBooks books)
    {
        if (command.ExternalId is { } externalId && books.ExternalIds.IsTaken(command.StoreId, externalId))
        {
            return OrderErrors.ExternalIdTaken;
        }

        return command.ReservationId is null && books.Stock.Shortages(command.Lines) is { } shortages
            ? InventoryErrors.InsufficientStock(shortages) : null;
    }

    private static Error? Obstacle(PlaceCommand command, Charges charges, Error? refusal, PlacementBooks books)
    {
        if (refusal is not null)
        {
            return refusal;
        }

        if (command.ExpectedTotal is { } expected && expected != charges.Total)
        {
            return OrderErrors.TotalChanged(Quote.Of(charges));
        }

        foreach (var line in charges.Lines)
        {
            if (line.Limited && books.Variants[line.VariantId].PurchaseLimit is { } limit
                && books.Purchases.Quantity(line.VariantId, command.Keys.Asked) + line.Quantity > limit)
            {
                return OrderErrors.PurchaseLimit(line.VariantId, limit);
            }
        }

        var method = PaymentMethodRule.Of(command, books);
        return PaymentMethodRule.Obstacle(command, method, charges.Total, books)
            ?? (command.Buyer is { } buyer ? HoldsTooMuch(command, buyer, method, charges.Total, books) : null);
    }

    private static Error? HoldsTooMuch(PlaceCommand command, BuyerHashes buyer, PaymentMethod method, long total,
        PlacementBooks books) =>
        books.Pending.Obstacle(command.StoreId, buyer, command.Lines.Sum(l => l.Quantity))
        ?? (!command.IsStrangers || total == 0 ? null
        : method == PaymentMethod.Online ? books.ClientHolds.Obstacle(command.Lines, buyer, books.Stock)
        : books.UnpaidHolds.Obstacle(command.Lines, buyer, books.Stock));

    /// <summary>Whether the order will hold a stranger's unpaid stock for longer than the minutes that paying online takes.</summary>
    private static bool IsUnpaidHold(PlaceCommand command, PaymentMethod method, long total) => command.IsStrangers
        && method != PaymentMethod.Online && total > 0;

    /// <summary>Takes stock: first what a reservation holds, if there is one, then what is available.</summary>
    private static Error? TakeStock(PlaceCommand command, PlacementBooks books, DateTime now)
    {
        if (command.ReservationId is not { } id)
        {
            return books.Stock.TryReserve(command.Lines, StockReasons.Placed, command.OrderId, out _) ? null
                : throw new UnreachableException("a shortage is an obstacle");
        }

        return books.Reservations.Find(id) is not { } reservation || reservation.StoreId != command.StoreId ? OrderErrors.UnknownReservation
            : books.Reservations.Consume(books.Stock, id, command.OrderId, command.Lines, now).Error;
    }

    /// <summary>How long an order waits for its money, or, if it is paid on delivery, for a confirmation; null: it does not wait.</summary>
    private static double? Minutes(PlaceCommand command, PaymentMethod method, long total, OrderOptions options) => method switch
    {
        _ when total == 0 => null,
        PaymentMethod.CashOnDelivery => command.IsStrangers && options.CashConfirmationHours > 0 ? options.CashConfirmationHours * 60
            : null,
        PaymentMethod.BankTransfer => options.BankTransferHours * 60,
        _ => options.SessionMinutes,
    };

    private static Order Make(PlaceCommand command, Guid customerId, Charges charges, PaymentMethod method, StoreFacts store,
        OrderOptions options, DateTime now)
    {
        var minutes = Minutes(command, method, charges.Total, options);
        return new Order(command)
        {
            Id = command.OrderId,
            Number = command.Number,
            StoreId = command.StoreId,
            CustomerId = customerId,
            IsGuest = command.CustomerId is null,
            CustomerEmail = command.Email,
            CustomerName = command.Name,
            BuyerKeys = charges.Codes.Count > 0 || charges.Lines.Any(l => l.Limited) ? command.Keys.Counted : [command.EmailKey],
            Buyer = command.Buyer,
            Client = options.KeepsClients && command.IsStrangers ? command.Client : null,
            Status = minutes is null ? OrderStatus.Confirmed : OrderStatus.Pending,
            PaymentMethod = method,
            Currency = store.Currency,
            Lines = charges.Lines,
            Subtotal = charges.Subtotal,
            DiscountId = charges.Codes is [var first, ..] ? first.Code.Id : null,
            DiscountCode = charges.Codes is [var named, ..] ? named.Code.Code : null,
            DiscountAmount = charges.DiscountAmount,
            SecondDiscountId = charges.Codes is [_, var second] ? second.Code.Id : null,
            SecondDiscountCode = charges.Codes is [_, var also] ? also.Code.Code : null,
            SecondDiscountAmount = charges.Codes is [_, var more] ? more.Amount : 0,
            ShippingFee = charges.ShippingFee,
            TaxAmount = charges.TaxAmount,
            ShippingTax = charges.ShippingTax,
            TaxIncluded = charges.TaxIncluded,
            RedeemedPoints = charges.RedeemedPoints,
            PointsDiscountPrice = charges.PointsDiscountPrice,
            Total = charges.Total,
            Locale = command.Locale ?? (store.Currency == "VND" ? "vi" : "en"),
            DurationSeconds = minutes is { } whole ? (long)Math.Round(whole * 60) : null,
            ExpiresAt = minutes is { } m ? now + TimeSpan.FromMilliseconds(Math.Round(m * 60_000)) : null,
            LocalDate = LocalDay.Of(now, store.TimeZone),
            CreatedAt = now,
            UpdatedAt = now,
            Version = 1,
            EventSequence = 0,
        };
    }
}

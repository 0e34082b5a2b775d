using System.Diagnostics;
using Holdfast.Inventory.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>How long an order may wait for its money, and how much is taken at once.</summary>
public sealed record OrderOptions
{
    /// <summary>Minutes to pay online; fractions allowed.</summary>
    public double SessionMinutes { get; init; } = 15;

    /// <summary>Hours for a bank transfer.</summary>
    public double BankTransferHours { get; init; } = 48;

    /// <summary>The most commands one batch takes.</summary>
    public int MaxBatch { get; init; } = 512;

    /// <summary>The most commands that wait on one lane; beyond them: 503.</summary>
    public int QueueCapacity { get; init; } = 20_000;

    /// <summary>Lanes by store.</summary>
    public int Lanes { get; init; } = 2;
}

/// <summary>What the catalog says of a store.</summary>
/// <param name="TimeZone">IANA, e.g. Asia/Ho_Chi_Minh.</param>
public sealed record StoreFacts(Guid Id, string Currency, string TimeZone);

/// <summary>What the catalog says of a variant.</summary>
/// <param name="Price">Minor units of the store's currency.</param>
/// <param name="ForSale">The variant is active and its product not deleted.</param>
public sealed record VariantFacts(Guid Id, Guid StoreId, Guid ProductId, string ProductName, string Sku, long Price, int? PurchaseLimit, bool ForSale);

/// <summary>An order to be placed. Nothing of it is a price.</summary>
public sealed record PlaceCommand
{
    public required Guid OrderId { get; init; }

    /// <summary>Given anew for each attempt, so that a number that is taken costs another attempt only.</summary>
    public string Number { get; set; } = "";
    public required Guid StoreId { get; init; }

    /// <summary>Each variant once, in the order they were named.</summary>
    public required IReadOnlyList<StockLine> Lines { get; init; }

    /// <summary>The account that places; null for a guest, who is found or made by email.</summary>
    public Guid? CustomerId { get; init; }
    public required string Email { get; init; }
    public required string EmailKey { get; init; }
    public string? Name { get; init; }
    public required string DeliveryAddress { get; init; }
    public required string ContactPhone { get; init; }
    public PaymentMethod PaymentMethod { get; init; }
    public long? ExpectedTotal { get; init; }
    public string? Note { get; init; }
    public string? Metadata { get; init; }
    public string? ExternalId { get; init; }

    /// <summary>Who places, for the history.</summary>
    public required string Actor { get; init; }

    /// <summary>What other modules write in the same commit.</summary>
    public IReadOnlyList<Rider> Riders { get; init; } = [];
}

/// <summary>What a batch of placements decides on.</summary>
public sealed class PlacementBooks
{
    public required IReadOnlyDictionary<Guid, StoreFacts> Stores { get; init; }
    public required IReadOnlyDictionary<Guid, VariantFacts> Variants { get; init; }
    public required StockBook Stock { get; init; }
    public PurchaseBook Purchases { get; private init; } = new([]);

    /// <summary>The (store, externalId) pairs that orders have already.</summary>
    public HashSet<(Guid StoreId, string ExternalId)> ExternalIds { get; init; } = [];

    /// <summary>The same facts with purchases that were read.</summary>
    public PlacementBooks With(PurchaseBook purchases) => new() { Stores = Stores, Variants = Variants, Stock = Stock, Purchases = purchases, ExternalIds = ExternalIds };

    /// <summary>The same facts with stock and purchases that were read under lock.</summary>
    public PlacementBooks With(StockBook stock, PurchaseBook purchases) => new() { Stores = Stores, Variants = Variants, Stock = stock, Purchases = purchases, ExternalIds = ExternalIds };
}

/// <summary>What an order would cost.</summary>
public sealed record Quote(string Currency, IReadOnlyList<QuoteLine> Lines, long Subtotal, long DiscountAmount, long PointsDiscountPrice, long ShippingFee, long Total);

/// <summary>A line of a quote; amounts in minor units.</summary>
public sealed record QuoteLine(Guid VariantId, Guid ProductId, string ProductName, string Sku, long UnitPrice, long Quantity, long LineTotal);

/// <summary>The decision: (books, command, now) to an order or a named rejection. The only code that says yes to an order.</summary>
public static class Placement
{
    /// <summary>The largest total: it and its sums stay exact everywhere, in JavaScript too.</summary>
    public const long MaxTotal = 1_000_000_000_000_000;

    /// <summary>Decides one command and, when it is accepted, takes stock and purchase counts in the books. A rejection leaves them as they were.</summary>
    public static Result<Order> Decide(PlaceCommand command, Guid customerId, PlacementBooks books, OrderOptions options, DateTime now)
    {
        var lines = Price(command, books);
        if (!lines.IsOk)
        {
            return lines.Error!;
        }

        if (Obstacle(command, lines.Value, books) is { } obstacle)
        {
            return obstacle;
        }

        if (!books.Stock.TryReserve(command.Lines, StockReasons.Placed, command.OrderId, out _))
        {
            throw new UnreachableException("a shortage is an obstacle");
        }

        books.Purchases.Take(lines.Value, command.EmailKey);
        if (command.ExternalId is not null)
        {
            books.ExternalIds.Add((command.StoreId, command.ExternalId));
        }

        return Make(command, customerId, lines.Value, books.Stores[command.StoreId], options, now);
    }

    /// <summary>Whether a command would be accepted, judged by the same rules, changing nothing.</summary>
    public static Error? Check(PlaceCommand command, PlacementBooks books)
    {
        var lines = Price(command, books);
        return !lines.IsOk ? lines.Error : Obstacle(command, lines.Value, books);
    }

    /// <summary>The lines with names and prices of the catalog; refuses what the store does not have.</summary>
    public static Result<OrderLine[]> Price(PlaceCommand command, PlacementBooks books)
    {
        if (!books.Stores.ContainsKey(command.StoreId))
        {
            return OrderErrors.UnknownStore;
        }

        List<Guid>? unknown = null, notForSale = null;
        var lines = new OrderLine[command.Lines.Count];
        var total = 0L;
        for (var i = 0; i < lines.Length; i++)
        {
            var (id, quantity) = command.Lines[i];
            if (!books.Variants.TryGetValue(id, out var variant) || variant.StoreId != command.StoreId)
            {
                (unknown ??= []).Add(id);
                continue;
            }

            if (!variant.ForSale)
            {
                (notForSale ??= []).Add(id);
                continue;
            }

            if (variant.Price > (MaxTotal - total) / quantity)
            {
                return OrderErrors.TotalTooLarge;
            }

            total += variant.Price * quantity;
            lines[i] = new OrderLine(id, variant.ProductId, variant.ProductName, variant.Sku, variant.Price, quantity, 0, 0, variant.PurchaseLimit is not null);
        }

        return unknown is not null ? InventoryErrors.UnknownVariant(unknown)
            : notForSale is not null ? InventoryErrors.NotForSale(notForSale)
            : lines;
    }

    /// <summary>The totals of priced lines.</summary>
    public static Quote QuoteOf(OrderLine[] lines, string currency)
    {
        var subtotal = lines.Sum(l => l.LineTotal);
        return new Quote(currency, [.. lines.Select(l => new QuoteLine(l.VariantId, l.ProductId, l.ProductName, l.Sku, l.UnitPrice, l.Quantity, l.LineTotal))],
            subtotal, 0, 0, 0, subtotal);
    }

    private static Error? Obstacle(PlaceCommand command, OrderLine[] lines, PlacementBooks books)
    {
        if (command.ExternalId is { } externalId && books.ExternalIds.Contains((command.StoreId, externalId)))
        {
            return OrderErrors.ExternalIdTaken;
        }

        if (command.ExpectedTotal is { } expected && expected != lines.Sum(l => l.LineTotal))
        {
            return OrderErrors.TotalChanged(QuoteOf(lines, books.Stores[command.StoreId].Currency));
        }

        // Before the limits: what is sold out is refused without a lock, and limits are only known under one.
        if (books.Stock.Shortages(command.Lines) is { } shortages)
        {
            return InventoryErrors.InsufficientStock(shortages);
        }

        foreach (var line in lines)
        {
            if (line.Limited && books.Variants[line.VariantId].PurchaseLimit is { } limit && books.Purchases.Held(line.VariantId, command.EmailKey) is var held
                && held + line.Quantity > limit)
            {
                return OrderErrors.PurchaseLimit(line.VariantId, limit, held);
            }
        }

        return null;
    }

    private static Order Make(PlaceCommand command, Guid customerId, OrderLine[] lines, StoreFacts store, OrderOptions options, DateTime now)
    {
        var total = 0L;
        foreach (var line in lines)
        {
            total += line.LineTotal;
        }

        var confirmed = total == 0 || command.PaymentMethod == PaymentMethod.CashOnDelivery;
        double? minutes = confirmed ? null : command.PaymentMethod == PaymentMethod.BankTransfer ? options.BankTransferHours * 60 : options.SessionMinutes;
        return new Order
        {
            Id = command.OrderId,
            Number = command.Number,
            StoreId = command.StoreId,
            CustomerId = customerId,
            IsGuest = command.CustomerId is null,
            CustomerEmail = command.Email,
            CustomerName = command.Name,
            BuyerKey = command.EmailKey,
            Status = confirmed ? OrderStatus.Confirmed : OrderStatus.Pending,
            PaymentMethod = command.PaymentMethod,
            Currency = store.Currency,
            Lines = lines,
            Subtotal = total,
            Total = total,
            DeliveryAddress = command.DeliveryAddress,
            ContactPhone = command.ContactPhone,
            Note = command.Note,
            Metadata = command.Metadata,
            ExternalId = command.ExternalId,
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

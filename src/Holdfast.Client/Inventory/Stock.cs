namespace Holdfast.Client;

/// <summary>The stock of a variant, in pieces.</summary>
public record Stock
{
    /// <summary>The variant.</summary>
    public required Guid VariantId { get; init; }

    /// <summary>The store that sells it.</summary>
    public required Guid StoreId { get; init; }

    /// <summary>Unique within the store.</summary>
    public required string Sku { get; init; }

    /// <summary>The product's name, with the variant's own where it has one.</summary>
    public required string Name { get; init; }

    /// <summary>Pieces in the house.</summary>
    public required long OnHand { get; init; }

    /// <summary>Pieces that are promised to orders and reservations.</summary>
    public required long Reserved { get; init; }

    /// <summary>What can still be sold: <c>max(0, onHand - reserved)</c>.</summary>
    public required long Available { get; init; }

    /// <summary>What was promised and is no longer there: <c>max(0, reserved - onHand)</c>.</summary>
    public required long Shortfall { get; init; }

    /// <summary>At this many available pieces, or fewer, <c>inventory.low</c> is sent; null: never.</summary>
    public long? LowStockThreshold { get; init; }
}

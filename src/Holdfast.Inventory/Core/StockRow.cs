
namespace Holdfast.Inventory.Core;

/// <summary>A stock row as it was read under lock. Quantities are pieces.</summary>
/// <param name="Movements">How many ledger rows there are: the sequence of the last one.</param>
/// <param name="EventSequence">The sequence of the last event about the variant.</param>
public sealed record StockRow(Guid VariantId, Guid LocationId, Guid StoreId, long OnHand, long Reserved, long? LowStockThreshold,
    long Movements, int EventSequence)
{
    /// <summary>Of the variant; null where the variant is not known.</summary>
    public Guid? ProductId { get; init; }
}

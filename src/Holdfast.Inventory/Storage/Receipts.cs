
namespace Holdfast.Inventory.Storage;

/// <summary>What became of receipts.</summary>
/// <param name="Written">How many were written.</param>
/// <param name="Booked">The pieces of receipts that were there before, by variant: they stay as they are, whatever was told now.</param>
public sealed record Receipts(int Written, IReadOnlyDictionary<Guid, long> Booked);


namespace Holdfast.Client;

/// <summary>What was counted on the shelves of a store; all of it is booked, or nothing.</summary>
/// <param name="StoreId">The store whose shelves were counted.</param>
/// <param name="Reason">Kept in the ledger.</param>
/// <param name="Lines">1 to 100, each variant once.</param>
public sealed record StockCount(Guid StoreId, string Reason, IReadOnlyList<CountedLine> Lines);

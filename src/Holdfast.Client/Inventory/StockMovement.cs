namespace Holdfast.Client;

/// <summary>A row of the ledger; rows are never changed.</summary>
/// <param name="Sequence">Counts within the variant, from 1, without gaps.</param>
/// <param name="OnHandDelta">Pieces that came in, negative where they left.</param>
/// <param name="ReservedDelta">Pieces that were promised, negative where a promise ended.</param>
/// <param name="Reason">
/// <c>receipt</c>, <c>adjustment</c>; of orders <c>placed</c>, <c>cancelled</c>, <c>expired</c>, <c>late_payment</c>, <c>shipped</c>,
/// <c>returned</c>; of reservations <c>reserved</c>, <c>released</c>, <c>committed</c>, <c>consumed</c>.
/// </param>
/// <param name="ReferenceId">The order or reservation on whose account it is; null where there is none.</param>
/// <param name="Reference">What a person or another system named: a delivery note, a reason; null where there is none.</param>
/// <param name="CreatedAt">When, UTC.</param>
public sealed record StockMovement(long Sequence, long OnHandDelta, long ReservedDelta, string Reason, Guid? ReferenceId,
    string? Reference, DateTimeOffset CreatedAt);

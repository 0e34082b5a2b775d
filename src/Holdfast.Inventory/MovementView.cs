using Holdfast.Platform.Data;

namespace Holdfast.Inventory;

/// <summary>A row of the ledger as it is served.</summary>
/// <param name="Sequence">Counts within the variant, from 1, without gaps.</param>
/// <param name="ReferenceId">The order or reservation on whose account it is, or null.</param>
/// <param name="Reference">What a person or another system named: a delivery note, the reason of an adjustment.</param>
public sealed record MovementView(long Sequence, long OnHandDelta, long ReservedDelta, string Reason, Guid? ReferenceId, string? Reference,
    DateTime CreatedAt)
{
    internal const string Select =
        "SELECT sequence, on_hand_delta, reserved_delta, reason, reference_id, reference, created_at FROM stock_movements ";

    internal static readonly Func<Row, MovementView> Map = r =>
        new MovementView(r.Long(0), r.Long(1), r.Long(2), r.Text(3), r.UuidOrNull(4), r.TextOrNull(5), r.Time(6));
}


namespace Holdfast.Loyalty.Core;

/// <summary>One customer's points in one store, as the book has them now.</summary>
public sealed class PointsEntry(PointsRow read)
{
    /// <summary>The row as it was read.</summary>
    public PointsRow Read { get; } = read;

    public long Balance { get; internal set; } = read.Balance;

    /// <summary>The sequence of the last ledger row.</summary>
    public long Movements { get; internal set; } = read.Movements;

    public DateTime? NextExpiry { get; internal set; } = read.NextExpiry;

    public bool IsChanged => Movements != Read.Movements || NextExpiry != Read.NextExpiry;
}

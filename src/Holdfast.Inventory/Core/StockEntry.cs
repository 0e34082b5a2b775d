
namespace Holdfast.Inventory.Core;

/// <summary>One variant at one location, as the book has it now.</summary>
public sealed class StockEntry(StockRow read)
{
    /// <summary>The row as it was read.</summary>
    public StockRow Read { get; } = read;

    public long OnHand { get; internal set; } = read.OnHand;

    public long Reserved { get; internal set; } = read.Reserved;

    /// <summary>The sequence of the last ledger row.</summary>
    public long Movements { get; internal set; } = read.Movements;

    /// <summary>What can be sold.</summary>
    public long Available => Math.Max(0, OnHand - Reserved);

    /// <summary>What is promised to orders and not there.</summary>
    public long Shortfall => Math.Max(0, Reserved - OnHand);

    public long AvailableBefore => Math.Max(0, Read.OnHand - Read.Reserved);

    public long ShortfallBefore => Math.Max(0, Read.Reserved - Read.OnHand);

    public bool IsChanged => Movements != Read.Movements;

    /// <summary>Whether staff should order more: what is available is at the threshold or below, or it has been sold out.</summary>
    /// <param name="available">Pieces that can be sold.</param>
    /// <param name="events">How many events there are about the variant: one that never had any stock has not been sold out.</param>
    public static bool NeedsMore(long available, long? threshold, int events) => (available == 0 && events > 0) || available <= threshold;
}

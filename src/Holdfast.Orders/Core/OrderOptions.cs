
namespace Holdfast.Orders.Core;

/// <summary>How long an order may stay unpaid, and how large queues and batches may be.</summary>
public sealed record OrderOptions
{
    /// <summary>Minutes to pay online; fractions allowed.</summary>
    public double SessionMinutes { get; init; } = 15;

    /// <summary>Hours for a bank transfer.</summary>
    public double BankTransferHours { get; init; } = 48;

    /// <summary>The most commands one batch takes.</summary>
    public int MaxBatch { get; init; } = 256;

    /// <summary>The most commands of one store that wait; beyond them: 503.</summary>
    public int QueueCapacity { get; init; } = 20_000;

    /// <summary>How many stores are served at once.</summary>
    public int Stores { get; init; } = 2;

    /// <summary>The most unpaid orders that one buyer may have in a store, and the most pieces these hold together; 0: no limit.</summary>
    public int MaxPendingOrders { get; init; }

    public int MaxPendingQuantity { get; init; }

    /// <summary>Whether spellings of one mailbox (plus tags; dots at Gmail) are one buyer.</summary>
    public bool FoldsMailboxes { get; init; } = true;

    /// <summary>Hours that a stranger's cash-on-delivery order waits for confirmation; 0: it is confirmed at once.</summary>
    public double CashConfirmationHours { get; init; }

    /// <summary>How much strangers may hold without money.</summary>
    public UnpaidLimits Unpaid { get; init; }

    /// <summary>
    /// Whether a hash of the address is kept with strangers' orders, by which mails that they cause and pieces that they hold are counted.
    /// </summary>
    public bool KeepsClients { get; init; }

    /// <summary>How often overdue orders are looked for at least.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether unpaid orders are counted at all.</summary>
    public bool CapsPending => MaxPendingOrders > 0 || MaxPendingQuantity > 0;
}

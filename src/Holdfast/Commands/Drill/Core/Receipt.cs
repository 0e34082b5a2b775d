namespace Holdfast.Commands.Drill.Core;

/// <summary>
/// One attempt of a buyer to get something, under one Idempotency-Key, as the buyer's own papers have it. Amounts in minor units.
/// </summary>
internal sealed record Receipt(string Key, long Quantity)
{
    /// <summary>The ids of the orders that 201s told of; more than one distinct is a doubled order.</summary>
    public IReadOnlyList<Guid> Orders { get; init; } = [];

    /// <summary>The code of the refusal, where it was refused.</summary>
    public string? Refusal { get; init; }

    /// <summary>A payment was sent, whatever came of it.</summary>
    public bool PaymentSent { get; init; }

    /// <summary>What was acknowledged as paid.</summary>
    public long Paid { get; init; }

    /// <summary>A cancellation was acknowledged.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Neither accepted nor refused: nobody ever answered.</summary>
    public bool IsUnanswered => Orders.Count == 0 && Refusal is null;
}

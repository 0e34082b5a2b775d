
namespace Holdfast.Orders.Core;

/// <summary>The savepoint of each book.</summary>
public readonly record struct BooksSavepoint(int Stock, int Purchases, int Discounts, int Points)
{
    public int Reservations { get; init; }

    public int Pending { get; init; }

    public int UnpaidHolds { get; init; }

    public int ClientHolds { get; init; }

    public int ExternalIds { get; init; }

    public int Payments { get; init; }
}

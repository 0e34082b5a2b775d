namespace Holdfast.Client;

/// <summary>Counts and sums of orders by the day on which they were placed; behind them by less than a second.</summary>
/// <param name="TotalOrders">How many were placed.</param>
/// <param name="OrdersByStatus">Counts by <see cref="OrderStatus"/>; states without orders are left out.</param>
/// <param name="OrdersByPaymentStatus">Counts by <see cref="PaymentStatus"/>; those without orders are left out.</param>
/// <param name="TotalRevenue">What was paid less what went back, by currency.</param>
/// <param name="AverageOrderValue">The mean total, rounded, by currency.</param>
/// <param name="Series">By day and currency, in this order; days without orders are left out.</param>
public sealed record OrderStatistics(long TotalOrders, IReadOnlyDictionary<string, long> OrdersByStatus,
    IReadOnlyDictionary<string, long> OrdersByPaymentStatus, IReadOnlyList<CurrencyAmount> TotalRevenue,
    IReadOnlyList<CurrencyAmount> AverageOrderValue, IReadOnlyList<DayOfOrders> Series);

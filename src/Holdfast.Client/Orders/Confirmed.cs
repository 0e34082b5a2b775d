namespace Holdfast.Client;

/// <summary>What a confirmation tells: no more than whoever has the link may know.</summary>
/// <param name="Id">The order's.</param>
/// <param name="Number">What people call it.</param>
/// <param name="Status">One of <see cref="OrderStatus"/>.</param>
public sealed record Confirmed(Guid Id, string Number, string Status);

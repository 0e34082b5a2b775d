namespace Holdfast.Client;

/// <summary>An order of what is in the caller's cart.</summary>
public sealed record CheckOut : OrderBody;

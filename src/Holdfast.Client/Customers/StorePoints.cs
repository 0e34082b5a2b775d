namespace Holdfast.Client;

/// <summary>Points in one store.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="Balance">What can be spent now.</param>
public sealed record StorePoints(Guid StoreId, long Balance);

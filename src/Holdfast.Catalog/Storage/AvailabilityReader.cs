using Holdfast.Platform.Data;

namespace Holdfast.Catalog.Storage;

/// <summary>
/// How many pieces of each variant can be ordered now; one that is absent from the answer has none. The module that keeps the stock
/// registers it, because this one must not know that module.
/// </summary>
public delegate Task<IReadOnlyDictionary<Guid, long>> AvailabilityReader(DbSession session, Guid[] variantIds);

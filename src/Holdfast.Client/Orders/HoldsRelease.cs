namespace Holdfast.Client;

/// <summary>Which unpaid holds of a store are to be released: what matches all that is named. Name one of the four at least.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="OrderIds">Up to 1,000.</param>
/// <param name="VariantId">Those that hold it.</param>
/// <param name="ContactPhone">Those of the phone, in any writing.</param>
/// <param name="Email">Those of the mailbox.</param>
/// <param name="Reason">At most 500 characters.</param>
public sealed record HoldsRelease(Guid StoreId, IReadOnlyList<Guid>? OrderIds = null, Guid? VariantId = null, string? ContactPhone = null,
    string? Email = null, string? Reason = null);

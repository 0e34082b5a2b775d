
namespace Holdfast.Client;

/// <summary>The parts of an address.</summary>
/// <param name="Name">Who gets the parcel.</param>
/// <param name="Line1">Street and number.</param>
/// <param name="City">At most 100 characters.</param>
/// <param name="Country">At most 60 characters.</param>
/// <param name="Line2">Null where there is none.</param>
/// <param name="Region">Null where there is none.</param>
/// <param name="PostalCode">Null where there is none.</param>
public sealed record AddressParts(string Name, string Line1, string City, string Country, string? Line2 = null, string? Region = null,
    string? PostalCode = null);

namespace Holdfast.Catalog.Core;

/// <summary>
/// The ways to pay that a store offers, or to which a product is restricted: a scarce item can ask for money before it is held. Kept as
/// names with commas, null where nothing is restricted.
/// </summary>
public static class PaymentMethods
{
    /// <summary>Every way, in the order in which one is chosen where an order names none.</summary>
    public static readonly IReadOnlyList<string> All = ["online", "bank_transfer", "cash_on_delivery"];

    /// <summary>The methods as they are stored; null where all are taken.</summary>
    public static string? Write(IReadOnlyList<string>? methods) =>
        methods is null || methods.Count == All.Count ? null : string.Join(',', methods);

    public static IReadOnlyList<string>? Read(string? text) => text?.Split(',');

    /// <summary>In the order of <see cref="All"/>; null where the names are not different ones of them, or none is named.</summary>
    public static IReadOnlyList<string>? Checked(IReadOnlyList<string> names) =>
        names.Count > 0 && names.All(All.Contains) && names.Distinct().Count() == names.Count ? [.. All.Where(names.Contains)] : null;
}

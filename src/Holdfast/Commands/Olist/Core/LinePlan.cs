namespace Holdfast.Commands.Olist.Core;

/// <summary>A line of an order to place: the variant's external id and how many.</summary>
internal sealed record LinePlan(string Variant, long Quantity);

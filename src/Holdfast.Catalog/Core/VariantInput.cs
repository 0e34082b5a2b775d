
namespace Holdfast.Catalog.Core;

/// <summary>A variant as a request has it: <paramref name="Named"/> when it gave the id, else the id is a fresh one.</summary>
public readonly record struct VariantInput(Variant Variant, bool Named);

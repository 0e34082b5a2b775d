using Holdfast.Platform.Text;

namespace Holdfast.Catalog.Core;

/// <summary>A product with its variants, as it is kept and as it is served.</summary>
public sealed record Product
{
    public required Guid Id { get; init; }

    public required Guid StoreId { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    /// <summary>How an order that has it can be paid, of the ways that its store offers; null: any of them.</summary>
    public IReadOnlyList<string>? PaymentMethods { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = Texts.None;

    /// <summary>Another system's id of it, unique within the store.</summary>
    public string? ExternalId { get; init; }

    /// <summary>In the order they were given; those that are no longer sold stay, with <c>active: false</c>.</summary>
    public required IReadOnlyList<Variant> Variants { get; init; } = [];

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    /// <summary>Counts its changes, from 1; the ETag. What is available may change without it.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The stored key of its name; null where its name is new.</summary>
    internal string? NameKey { get; init; }

    /// <summary>What categories are compared by.</summary>
    internal string? CategoryKey => Category is null ? null : UnicodeText.Key(Category);

    /// <summary>The words by which it is found.</summary>
    internal string SearchText =>
        Platform.Text.SearchText.Of([Name, Category, .. Variants.SelectMany(v => new[] { v.Sku, v.Name }), Description]);

    /// <summary>What a sort by price goes by: the lowest price for which it can be had, or once could.</summary>
    internal long PriceFrom => (Variants.Any(v => v.Active) ? Variants.Where(v => v.Active) : Variants).Min(v => v.Price);
}

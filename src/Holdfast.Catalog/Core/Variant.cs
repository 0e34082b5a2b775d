using Holdfast.Platform.Text;

namespace Holdfast.Catalog.Core;

/// <summary>What is bought: one sku at one price. It is never deleted, because orders and the stock ledger refer to it.</summary>
public sealed record Variant
{
    public required Guid Id { get; init; }

    /// <summary>The product that it is a variant of, its store, and its place among the variants; set where it is written.</summary>
    internal Guid ProductId { get; init; }

    internal Guid StoreId { get; init; }

    internal int Position { get; init; }

    /// <summary>Unique within the store, however it is written.</summary>
    public required string Sku { get; init; }

    /// <summary>What SKUs are compared by; a key of its own where the store had two that differed in their writing alone.</summary>
    internal string SkuKey
    {
        get => field ?? UnicodeText.Key(Sku);
        init;
    }

    /// <summary>Null: it goes by the product's name.</summary>
    public string? Name { get; init; }

    /// <summary>In minor units of the currency.</summary>
    public required long Price { get; init; }

    /// <summary>The store's; set on reading.</summary>
    public string Currency { get; init; } = "";

    /// <summary>E.g. size and colour.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = Texts.None;

    /// <summary>How many pieces one customer may ever buy; null: any number.</summary>
    public int? PurchaseLimit { get; init; }

    /// <summary>Whether it is for sale.</summary>
    public bool Active { get; init; } = true;

    /// <summary>How many pieces can be ordered now; set on reading.</summary>
    public long Available { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = Texts.None;

    /// <summary>Another system's id of it, unique within the store.</summary>
    public string? ExternalId { get; init; }
}

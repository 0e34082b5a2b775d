using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Holdfast.Platform.Text;

namespace Holdfast.Promotions.Core;

/// <summary>A discount code as it is kept and as it is served.</summary>
public sealed partial record DiscountCode
{
    public const int MinLength = 3;
    public const int MaxLength = 40;

    public required Guid Id { get; init; }

    /// <summary>The store it is good for; null: all stores.</summary>
    public Guid? StoreId { get; init; }

    /// <summary>As it was written.</summary>
    public required string Code { get; init; }

    /// <summary>What it is found by: <see cref="KeyOf"/>.</summary>
    [JsonIgnore]
    public string CodeKey
    {
        get => field ?? KeyOf(Code);
        init;
    }

    public required DiscountKind Kind { get; init; }

    /// <summary>Percent: basis points, 1250 is 12.5 %. Fixed: minor units. Free shipping: 0.</summary>
    [JsonIgnore]
    public long Value { get; init; }

    /// <summary>As it is served: a percentage, an amount in minor units, or 0.</summary>
    [JsonPropertyName("value")]
    public decimal ServedValue => Kind == DiscountKind.Percent ? Value / 100m : Value;

    /// <summary>
    /// The currency of the amounts of a code for all stores, which is then good only in stores of that currency; else null.
    /// </summary>
    public string? Currency { get; init; }

    public DateTime? StartsAt { get; init; }

    /// <summary>The first moment at which it is good no more.</summary>
    public DateTime? EndsAt { get; init; }

    /// <summary>Minor units that the eligible goods must come to.</summary>
    public long? MinimumSubtotal { get; init; }

    public long? UsageLimit { get; init; }

    public long? UsageLimitPerCustomer { get; init; }

    /// <summary>The categories whose goods are eligible; none: all goods.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    public bool Active { get; init; } = true;

    /// <summary>Live uses, when it was read: those of orders that were cancelled or have expired do not count.</summary>
    public long Used { get; init; }

    public long Version { get; init; } = 1;

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    /// <summary>What a code is found by, however it is written: its <see cref="UnicodeText.Key"/> in upper case.</summary>
    public static string KeyOf(string code) => UnicodeText.Key(code).ToUpperInvariant();

    /// <summary>Whether it can be a code: 3 to 40 of A to Z, 0 to 9, - and _, in either case.</summary>
    public static bool IsWellFormed(string code) => Form().IsMatch(code);

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{3,40}\z")]
    private static partial Regex Form();
}

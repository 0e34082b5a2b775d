namespace Holdfast.Carts.Core;

/// <summary>A cart of one store. It holds no stock: what it says is available may be gone a moment later.</summary>
/// <param name="Id">Null while nothing was ever put into it.</param>
/// <param name="Version">Counts its changes, 0 while there was none.</param>
/// <param name="Lines">The oldest first.</param>
public sealed record Cart(Guid? Id, long Version, IReadOnlyList<CartLine> Lines)
{
    /// <summary>As many lines as an order may have.</summary>
    public const int MaxLines = 100;

    /// <summary>As many pieces as a line of an order may have.</summary>
    public const int MaxQuantity = 1_000_000;

    public static readonly Cart None = new(null, 0, []);

    /// <summary>How long a cart is kept that nobody changes.</summary>
    public static TimeSpan Lifetime(bool isCustomers) => TimeSpan.FromDays(isCustomers ? 365 : 30);

    /// <summary>When a line was added that is added now: after all the others, also where the clock stands still or goes back.</summary>
    public DateTime AddedAt(DateTime now) => Lines.Count > 0 && Lines[^1].AddedAt >= now ? Lines[^1].AddedAt.AddMilliseconds(1) : now;

    public CartLine? Find(Guid variantId) => Lines.FirstOrDefault(l => l.VariantId == variantId);
}

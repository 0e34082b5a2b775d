using Holdfast.Platform.Data;

namespace Holdfast.Promotions;

/// <summary>The services and the route table of this module.</summary>
public static class PromotionsModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants => [];

    /// <summary>What <c>verify --repair</c> can put right: counters from the ledger.</summary>
    public static IReadOnlyList<Repair> Repairs => [];
}

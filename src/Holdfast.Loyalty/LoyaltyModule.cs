using Holdfast.Platform.Data;

namespace Holdfast.Loyalty;

/// <summary>The services and the route table of this module.</summary>
public static class LoyaltyModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants => [];

    /// <summary>What <c>verify --repair</c> can put right: balances from the ledger.</summary>
    public static IReadOnlyList<Repair> Repairs => [];
}

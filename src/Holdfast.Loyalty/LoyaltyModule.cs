using Holdfast.Loyalty.Endpoints;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Loyalty;

/// <summary>The services and the route table of this module.</summary>
public static class LoyaltyModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants => LoyaltyInvariants.All;

    /// <summary>What <c>verify --repair</c> can put right: balances from the ledger.</summary>
    public static IReadOnlyList<Repair> Repairs => LoyaltyInvariants.Repairs;

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<GetLoyaltyProgram>().AddSingleton<SetLoyaltyProgram>();
        services.AddSingleton<ListPoints>().AddSingleton<ListPointsMovements>().AddSingleton<GetPoints>().AddSingleton<AdjustPoints>();
        services.AddWorker<LapsePoints>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Get<GetLoyaltyProgram>("/stores/{id}/loyalty-program", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Put<SetLoyaltyProgram>("/stores/{id}/loyalty-program", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Get<ListPoints>("/loyalty", Access.SignedIn, (u, r) => u.HandleAsync(r), "limit", "cursor");
        app.Get<ListPointsMovements>("/loyalty/movements", Access.SignedIn, (u, r) => u.HandleAsync(r), "storeId", "limit", "cursor");
        app.Get<GetPoints>("/loyalty/{customerId}", Access.Staff, (u, r) => u.HandleAsync(r), "storeId");
        app.Post<AdjustPoints>("/loyalty/{customerId}/adjustments", Access.Staff, (u, r) => u.HandleAsync(r));
    }
}

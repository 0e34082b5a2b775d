using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Holdfast.Promotions.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Promotions;

/// <summary>The services and the route table of this module.</summary>
public static class PromotionsModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants => PromotionInvariants.All;

    /// <summary>What <c>verify --repair</c> can put right: counters from the ledger.</summary>
    public static IReadOnlyList<Repair> Repairs => PromotionInvariants.Repairs;

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<DiscountQueries>();
        services.AddSingleton<ManageDiscounts>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Get<DiscountQueries>("/discount-codes", Access.Staff, (u, r) => u.ListAsync(r), "storeId", "code", "limit", "cursor");
        app.Post<ManageDiscounts>("/discount-codes", Access.Staff, (u, r) => u.CreateAsync(r));
        app.Get<DiscountQueries>("/discount-codes/{code}", Access.Staff, (u, r) => u.GetAsync(r), "storeId");
        app.Put<ManageDiscounts>("/discount-codes/{code}", Access.Staff, (u, r) => u.ReplaceAsync(r), "storeId");
        app.Delete<ManageDiscounts>("/discount-codes/{code}", Access.Staff, (u, r) => u.DeleteAsync(r), "storeId");
        app.Post<DiscountQueries>("/discount-codes/{code}/quote", Access.Anyone, Limit.Quoting, (u, r) => u.QuoteAsync(r));
    }
}

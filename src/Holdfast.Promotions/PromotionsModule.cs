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
        services.AddSingleton<ListDiscountCodes>().AddSingleton<GetDiscountCode>().AddSingleton<QuoteDiscountCode>();
        services.AddSingleton<CreateDiscountCode>().AddSingleton<UpdateDiscountCode>().AddSingleton<DeleteDiscountCode>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Get<ListDiscountCodes>("/discount-codes", Access.Staff, (u, r) => u.HandleAsync(r), "storeId", "code", "limit", "cursor");
        app.Post<CreateDiscountCode>("/discount-codes", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Get<GetDiscountCode>("/discount-codes/{code}", Access.Staff, (u, r) => u.HandleAsync(r), "storeId");
        app.Put<UpdateDiscountCode>("/discount-codes/{code}", Access.Staff, (u, r) => u.HandleAsync(r), "storeId");
        app.Delete<DeleteDiscountCode>("/discount-codes/{code}", Access.Staff, (u, r) => u.HandleAsync(r), "storeId");
        app.Post<QuoteDiscountCode>("/discount-codes/{code}/quote", Access.Anyone, Limit.Quoting, (u, r) => u.HandleAsync(r));
    }
}

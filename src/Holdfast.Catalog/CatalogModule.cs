using Holdfast.Catalog.Endpoints;
using Holdfast.Catalog.Storage;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Catalog;

/// <summary>The services and the route table of this module: stores, products and their variants.</summary>
public static class CatalogModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants => [.. CatalogTextKeys.Invariants, ProductNameKeys.Invariant];

    /// <summary>What <c>verify --repair</c> can put right: keys that an older release did not write.</summary>
    public static IReadOnlyList<Repair> Repairs { get; } = [
        new("keys_of_skus_and_categories", new CatalogTextKeys().RunAsync), new("keys_of_product_names", new ProductNameKeys().RunAsync),
    ];

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<Products>();
        services.AddSingleton<ListStores>().AddSingleton<GetStore>().AddSingleton<CreateStore>().AddSingleton<UpdateStore>();
        services.AddSingleton<ListProducts>().AddSingleton<GetProduct>().AddSingleton<CreateProduct>().AddSingleton<UpdateProduct>()
            .AddSingleton<DeleteProduct>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Get<ListStores>("/stores", Access.Anyone, (u, r) => u.HandleAsync(r), "slug", "externalId", "limit", "cursor");
        app.Post<CreateStore>("/stores", Access.Admin, (u, r) => u.HandleAsync(r));
        app.Get<GetStore>("/stores/{id}", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Put<UpdateStore>("/stores/{id}", Access.Admin, (u, r) => u.HandleAsync(r));

        app.Get<ListProducts>("/products", Access.Anyone, (u, r) => u.HandleAsync(r), "storeId", "q", "category", "sort", "limit",
            "cursor");
        app.Post<CreateProduct>("/products", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Get<GetProduct>("/products/{id}", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Put<UpdateProduct>("/products/{id}", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Delete<DeleteProduct>("/products/{id}", Access.Staff, (u, r) => u.HandleAsync(r));
    }
}

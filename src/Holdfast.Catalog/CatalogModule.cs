using Holdfast.Platform.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Catalog;

/// <summary>The services and the route table of this module: stores, products and their variants.</summary>
public static class CatalogModule
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<Products>();
        services.AddSingleton<ListStores>().AddSingleton<GetStore>().AddSingleton<CreateStore>().AddSingleton<UpdateStore>();
        services.AddSingleton<ListProducts>().AddSingleton<GetProduct>().AddSingleton<CreateProduct>().AddSingleton<UpdateProduct>().AddSingleton<DeleteProduct>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Get<ListStores>("/stores", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Post<CreateStore>("/stores", Access.Admin, (u, r) => u.HandleAsync(r));
        app.Get<GetStore>("/stores/{id}", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Put<UpdateStore>("/stores/{id}", Access.Admin, (u, r) => u.HandleAsync(r));

        app.Get<ListProducts>("/products", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Post<CreateProduct>("/products", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Get<GetProduct>("/products/{id}", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Put<UpdateProduct>("/products/{id}", Access.Staff, (u, r) => u.HandleAsync(r));
        app.Delete<DeleteProduct>("/products/{id}", Access.Staff, (u, r) => u.HandleAsync(r));
    }
}

using Holdfast.Orders.Core;
using Holdfast.Platform.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.Orders;

/// <summary>The services and the route table of this module.</summary>
public static class OrdersModule
{
    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new OrderOptions());
        services.AddSingleton<OrderNumbers>();
        services.AddSingleton<PlacementQueue>();
        services.AddSingleton<PlaceOrder>();
        services.AddSingleton<QuoteOrder>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Post<PlaceOrder>("/orders", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Post<QuoteOrder>("/orders/quote", Access.Anyone, (u, r) => u.HandleAsync(r));
    }
}

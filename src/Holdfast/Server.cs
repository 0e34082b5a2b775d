using System.Reflection;
using Holdfast.Catalog;
using Holdfast.Identity;
using Holdfast.Inventory;
using Holdfast.Orders;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;

namespace Holdfast;

/// <summary>Puts the modules together. Everything that runs, the tests' servers included, comes through here.</summary>
public static class Server
{
    /// <summary>Modules in the order of their migrations.</summary>
    public static readonly IReadOnlyList<Assembly> Modules =
        [typeof(Db).Assembly, typeof(CatalogModule).Assembly, typeof(InventoryModule).Assembly, typeof(IdentityModule).Assembly, typeof(OrdersModule).Assembly];

    /// <summary>The services of all modules over one database; enough for the engine without HTTP.</summary>
    public static void AddModules(IServiceCollection services, Db db)
    {
        services.AddSingleton(db);
        services.AddSingleton<Door>();
        services.AddSingleton<RelayBell>();
        services.AddSingleton<Relay>();
        CatalogModule.Add(services);
        InventoryModule.Add(services);
        IdentityModule.Add(services);
        OrdersModule.Add(services);
    }

    public static void MapRoutes(WebApplication app)
    {
        CatalogModule.Map(app);
        InventoryModule.Map(app);
        IdentityModule.Map(app);
        OrdersModule.Map(app);
    }
}

using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Identity;

/// <summary>The services and the route table of this module.</summary>
public static class IdentityModule
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ITokenReader, NoTokens>();
        services.AddSingleton<AccessKeys>();
    }

    /// <summary>Loads the installation's secrets; makes them in a new database. To be awaited before the first request.</summary>
    public static async Task PrepareAsync(IServiceProvider services)
    {
        var db = services.GetRequiredService<Db>();
        await services.GetRequiredService<AccessKeys>().LoadAsync(db).ConfigureAwait(false);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
    }

    private sealed class NoTokens : ITokenReader
    {
        public ValueTask<Caller?> ReadAsync(string token) => default;
    }
}

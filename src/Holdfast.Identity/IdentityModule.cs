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
    }

    public static void Map(IEndpointRouteBuilder app)
    {
    }

    private sealed class NoTokens : ITokenReader
    {
        public ValueTask<Caller?> ReadAsync(string token) => default;
    }
}

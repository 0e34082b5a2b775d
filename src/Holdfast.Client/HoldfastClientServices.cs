using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Client;

/// <summary>Registers the client with a program's services.</summary>
public static class HoldfastClientServices
{
    private const string Name = "Holdfast.Client";

    /// <summary>
    /// Adds <see cref="HoldfastClient"/>, one in each scope, over connections of <see cref="IHttpClientFactory"/>. The result takes further
    /// handlers, which see each attempt.
    /// </summary>
    public static IHttpClientBuilder AddHoldfastClient(this IServiceCollection services, HoldfastClientOptions options) =>
        services.AddHoldfastClient(_ => options);

    /// <summary>As the other, with options that services of the scope help to make: one knows who is signed in, say.</summary>
    public static IHttpClientBuilder AddHoldfastClient(this IServiceCollection services,
        Func<IServiceProvider, HoldfastClientOptions> options)
    {
        services.AddScoped(s => new HoldfastClient(options(s), s.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(Name)));
        return services.AddHttpClient(Name);
    }
}

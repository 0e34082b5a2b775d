using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Platform.Background;

/// <summary>Work in the background that only processes with the role <c>worker</c> do: sweeps, the relay, senders.</summary>
public static class Workers
{
    /// <summary>Registers a worker, which is also a service of its own type. It runs where <see cref="RunWorkers"/> is called.</summary>
    public static void AddWorker<T>(this IServiceCollection services) where T : class, IHostedService
    {
        services.TryAddSingleton<T>();
        services.AddSingleton(new Worker(typeof(T)));
    }

    /// <summary>Takes a worker out again; the service of its type stays.</summary>
    public static void RemoveWorker<T>(this IServiceCollection services) where T : class, IHostedService
    {
        foreach (var worker in services.Where(s => s.ImplementationInstance is Worker { Type: var type } && type == typeof(T)).ToList())
        {
            services.Remove(worker);
        }
    }

    /// <summary>Lets all workers that are registered now start and stop with the host.</summary>
    public static void RunWorkers(this IServiceCollection services)
    {
        foreach (var worker in services.Select(s => s.ImplementationInstance).OfType<Worker>().ToList())
        {
            services.AddSingleton<IHostedService>(provider => (IHostedService)provider.GetRequiredService(worker.Type));
        }
    }

    private sealed record Worker(Type Type);
}

using System.Reflection;
using Holdfast.Carts;
using Holdfast.Catalog;
using Holdfast.Configuration;
using Holdfast.Http;
using Holdfast.Identity;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.SignIn;
using Holdfast.Inventory;
using Holdfast.Inventory.Reservations;
using Holdfast.Loyalty;
using Holdfast.Notifications;
using Holdfast.Orders;
using Holdfast.Orders.Core;
using Holdfast.Orders.Events;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform.Background;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Telemetry;
using Holdfast.Platform.Text;
using Holdfast.Promotions;
using Holdfast.Webhooks;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast;

/// <summary>Puts the modules together. Everything that runs, the tests' servers included, comes through here.</summary>
public static class Server
{
    /// <summary>Modules in the order of their migrations.</summary>
    public static readonly IReadOnlyList<Assembly> Modules =
    [
        typeof(Db).Assembly, typeof(CatalogModule).Assembly, typeof(InventoryModule).Assembly, typeof(PromotionsModule).Assembly,
            typeof(LoyaltyModule).Assembly,
        typeof(IdentityModule).Assembly, typeof(OrdersModule).Assembly, typeof(CartsModule).Assembly, typeof(NotificationsModule).Assembly,
        typeof(WebhooksModule).Assembly,
    ];

    /// <summary>What <c>verify</c> checks.</summary>
    public static readonly IReadOnlyList<Invariant> Invariants =
    [
        .. PlatformInvariants.All, .. CatalogModule.Invariants, .. InventoryModule.Invariants, .. PromotionsModule.Invariants,
            .. LoyaltyModule.Invariants, .. IdentityModule.Invariants,
        .. OrdersModule.Invariants, .. CartsModule.Invariants, .. NotificationsModule.Invariants, .. WebhooksModule.Invariants,
    ];

    /// <summary>What <c>verify --repair</c> can put right.</summary>
    public static readonly IReadOnlyList<Repair> Repairs = [.. CatalogModule.Repairs, .. InventoryModule.Repairs,
        .. PromotionsModule.Repairs, .. LoyaltyModule.Repairs, .. OrdersModule.Repairs];

    /// <summary>Every type of event that is told to others.</summary>
    public static readonly EventTypes Events = new([.. InventoryEvents.All, .. OrderEventTypes.All], OrderEventTypes.Incoming);

    /// <summary>Accepted work may take this long after SIGTERM.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(8);

    /// <summary>
    /// The services of all modules over one database; enough for the engine without HTTP. Such a caller adds logging, runs
    /// <see cref="PrepareAsync"/> once, and starts no background work; a server does both automatically.
    /// </summary>
    public static void AddModules(IServiceCollection services, Db db, Settings? settings = null)
    {
        services.AddSingleton(db);
        settings ??= new Settings();
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new RateLimitOptions { On = settings.RateLimits });
        services.AddSingleton<RateLimits>();
        if (settings.Cache.Redis is not null)
        {
            services.AddSingleton<SharedLimits>();
        }

        services.AddSingleton(new RequestLimits(settings.BodyWithin));
        services.AddSingleton<EndpointPipeline>();
        services.AddSingleton<Health>();
        MessagingModule.Add(services, settings.Messaging with { Relays = settings.Roles.HasFlag(Roles.Worker) });
        services.AddWorker<KeyPruner>();
        services.AddWorker<CommitAttemptPruner>();
        CacheModule.Add(services, db, settings.Cache);
        CatalogModule.Add(services);
        services.AddSingleton(new InventoryOptions { ReservationTtl = settings.ReservationTtl });
        InventoryModule.Add(services);
        PromotionsModule.Add(services);
        LoyaltyModule.Add(services);
        services.AddSingleton(settings.Secrets);
        services.AddSingleton(new ShopWords(() => StoreNamesAsync(db)));
        IdentityModule.Add(services, settings.Oidc);
        services.AddSingleton(new OrderOptions
        {
            SessionMinutes = settings.OrderSession.TotalMinutes,
            BankTransferHours = settings.BankTransfer.TotalHours,
            MaxPendingOrders = settings.MaxPendingOrders,
            MaxPendingQuantity = settings.MaxPendingQuantity,
            CashConfirmationHours = settings.CashConfirmation.TotalHours,
            Unpaid = settings.Unpaid,
            FoldsMailboxes = settings.FoldsMailboxes,
            KeepsClients = settings.Notifications.StrangersPerClient > 0 || settings.Unpaid.SharePercent > 0,
        });
        OrdersModule.Add(services, settings.Messaging);
        CartsModule.Add(services);
        services.AddSingleton(new PublicUrl(settings.PublicUrl));
        NotificationsModule.Add(services, settings.Messaging, settings.Mail, settings.Notifications);
        services.AddSingleton(Events);
        services.AddSingleton(settings.Webhooks);
        WebhooksModule.Add(services, settings.Messaging);
    }

    /// <summary>Loads what the services need from the database before the first request, and makes the first admin.</summary>
    public static async Task PrepareAsync(IServiceProvider services)
    {
        var tables = Task.Run(UnicodeText.Load);
        await IdentityModule.PrepareAsync(services);
        await tables;
        var settings = services.GetRequiredService<Settings>();
        if (settings.Roles.HasFlag(Roles.Api))
        {
            await services.GetRequiredService<OrderNumbers>().ClaimAsync(services.GetRequiredService<Db>());
        }

        if (settings.AdminEmail is { } email)
        {
            await services.GetRequiredService<AccountStore>().EnsureAdminAsync(email, settings.AdminPassword!);
        }
    }

    /// <summary>The route tables of all modules.</summary>
    public static void MapRoutes(WebApplication app)
    {
        CatalogModule.Map(app);
        InventoryModule.Map(app);
        PromotionsModule.Map(app);
        LoyaltyModule.Map(app);
        IdentityModule.Map(app);
        OrdersModule.Map(app);
        CartsModule.Map(app);
        MessagingModule.Map(app);
        WebhooksModule.Map(app);
    }

    /// <summary>
    /// A server over a migrated database, not started yet. It does not own <paramref name="db"/>: dispose the server first, then the
    /// database.
    /// </summary>
    /// <param name="settings">Addresses, roles, log format; port 0 takes a free one, then read <c>app.Urls</c> after the start.</param>
    /// <param name="configure">Changes to the services, for tests.</param>
    public static WebApplication Build(Settings settings, Db db, Action<IServiceCollection>? configure = null)
    {
        // Always "Production": a development environment would show stack traces to callers.
        // The host would watch the working directory, for a settings file of its own, with all that is written below it: our database.
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Production, Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // Without a logger for diagnostics no Activity is made per request, unless somebody listens.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.AddSingleton<ILoggerProvider>(s =>
            new LogProvider(settings.LogFormat, Console.OpenStandardOutput(), s.GetRequiredService<TimeProvider>()));
        builder.WebHost.UseUrls(settings.Urls);
        builder.WebHost.ConfigureKestrel(kestrel => Limit(kestrel, settings));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddHostedService<Preparation>();
        AddCors(builder.Services, settings);
        AddModules(builder.Services, db, settings);
        configure?.Invoke(builder.Services);
        if (settings.Roles.HasFlag(Roles.Worker))
        {
            builder.Services.RunWorkers();
        }

        var app = builder.Build();
        CheckConsumers(app.Services);
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            app.Services.GetRequiredService<PlacementQueue>().Hurry();
            app.Services.GetRequiredService<ChangeQueue>().Hurry();
            app.Services.GetRequiredService<ReservationQueue>().Hurry();
        });
        var front = new ExceptionAndAccessLogMiddleware(app.Services.GetServices<ILoggerProvider>().OfType<LogProvider>().FirstOrDefault(),
            app.Services.GetRequiredService<ILogger<ExceptionAndAccessLogMiddleware>>());
        app.Use(front.HandleAsync);
        if (settings.TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders(Forwarding(settings.TrustedProxies));
        }

        app.Use(SecurityHeaders.AddTransportSecurity);
        app.UseRouting();
        if (settings.CorsOrigins.Count > 0)
        {
            app.UseCors();
        }

        Health.Map(app);
        if (settings.Roles.HasFlag(Roles.Api))
        {
            MapRoutes(app);
        }

        return app;
    }

    private static void Limit(KestrelServerOptions kestrel, Settings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.ConfigureEndpointDefaults(MalformedRequests.Use);
        // Use cases refuse a body over 1 MiB. Up to this size the rest is read and thrown away, so that the caller gets to read the 413;
        // beyond, the connection is cut.
        kestrel.Limits.MaxRequestBodySize = 8 * Request.MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxConcurrentConnections = settings.MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
    }

    /// <summary>A consumer that does not exist would never run, and nobody would notice.</summary>
    private static void CheckConsumers(IServiceProvider services)
    {
        var known = services.GetServices<IConsumer>().Select(c => c.Name).Append(DeadLetterStore.Inbox).ToHashSet(StringComparer.Ordinal);
        if (services.GetRequiredService<MessagingOptions>().Consumers?.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw new StartupException(
                $"--consumers: there is no consumer '{unknown}'; there are {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
        }
    }

    /// <summary>
    /// Whose address a request counts for: from the right of X-Forwarded-For the first that is no trusted proxy's. X-Forwarded-Proto says
    /// whether it came by https.
    /// </summary>
    private static ForwardedHeadersOptions Forwarding(IReadOnlyList<System.Net.IPNetwork> proxies)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            options.KnownIPNetworks.Add(proxy);
        }

        return options;
    }

    /// <summary>Exact origins and no cookies: who calls is said by a token that a page must have, never by the browser.</summary>
    private static void AddCors(IServiceCollection services, Settings settings) =>
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
        .WithOrigins([.. settings.CorsOrigins]).AllowAnyHeader().AllowAnyMethod()
        .WithExposedHeaders("ETag", "Location", "Idempotency-Replayed", "Retry-After", "X-Cart-Token", "X-Cache")
        .SetPreflightMaxAge(TimeSpan.FromHours(1))));

    /// <summary>What stores are called; of very many only the first.</summary>
    private static async Task<IReadOnlyList<string>> StoreNamesAsync(Db db) =>
        [.. (await db.ReadAsync(s =>
        s.QueryAsync("SELECT name, slug FROM stores ORDER BY id LIMIT 1000", r => new[] { r.Text(0), r.Text(1) }))).SelectMany(n => n)];

    private sealed class Preparation(IServiceProvider services) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => PrepareAsync(services);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

using System.Text.Json;
using Refit;

namespace Holdfast.Client;

/// <summary>
/// The HTTP API of Holdfast. Make one for each caller and keep it: it is safe for many threads. Refusals throw
/// <see cref="HoldfastException"/>.
/// </summary>
public sealed class HoldfastClient : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>A client with connections of its own.</summary>
    /// <param name="options">Where the server is, and who calls.</param>
    /// <param name="transport">What sends the requests, for proxies and tests; disposed with the client. Null: the network.</param>
    public HoldfastClient(HoldfastClientOptions options, HttpMessageHandler? transport = null)
        : this(Connect(options, transport), options)
    {
    }

    /// <param name="http">Has both handlers.</param>
    /// <param name="options">Where the server is.</param>
    /// <param name="json">How answers are read, for tests that refuse unknown members.</param>
    internal HoldfastClient(HttpClient http, HoldfastClientOptions options, JsonSerializerOptions? json = null)
    {
        _http = http;
        http.BaseAddress = options.BaseAddress;
        // Each attempt has a time limit of its own.
        http.Timeout = System.Threading.Timeout.InfiniteTimeSpan;
        if (options.Language is { } language)
        {
            http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        }

        var settings = Settings(options, json ?? HoldfastJson.Default.Options);
        Account = RestService.ForGenerated<IAccountApi>(http, settings);
        Stores = RestService.ForGenerated<IStoresApi>(http, settings);
        Products = RestService.ForGenerated<IProductsApi>(http, settings);
        Inventory = RestService.ForGenerated<IInventoryApi>(http, settings);
        Reservations = RestService.ForGenerated<IReservationsApi>(http, settings);
        Carts = RestService.ForGenerated<ICartsApi>(http, settings);
        Orders = RestService.ForGenerated<IOrdersApi>(http, settings);
        Customers = RestService.ForGenerated<ICustomersApi>(http, settings);
        DiscountCodes = RestService.ForGenerated<IDiscountCodesApi>(http, settings);
        Loyalty = RestService.ForGenerated<ILoyaltyApi>(http, settings);
        Webhooks = RestService.ForGenerated<IWebhooksApi>(http, settings);
        Administration = RestService.ForGenerated<IAdministrationApi>(http, settings);
        Server = RestService.ForGenerated<IServerApi>(http, settings);
    }

    /// <summary>Signing in, and one's own account.</summary>
    public IAccountApi Account { get; }

    /// <summary>Stores.</summary>
    public IStoresApi Stores { get; }

    /// <summary>Products and their variants.</summary>
    public IProductsApi Products { get; }

    /// <summary>The stock of variants.</summary>
    public IInventoryApi Inventory { get; }

    /// <summary>Stand-alone holds on stock.</summary>
    public IReservationsApi Reservations { get; }

    /// <summary>Carts, and ordering what is in one.</summary>
    public ICartsApi Carts { get; }

    /// <summary>Orders.</summary>
    public IOrdersApi Orders { get; }

    /// <summary>Guests and accounts that have ordered.</summary>
    public ICustomersApi Customers { get; }

    /// <summary>Discount codes.</summary>
    public IDiscountCodesApi DiscountCodes { get; }

    /// <summary>Points.</summary>
    public ILoyaltyApi Loyalty { get; }

    /// <summary>Webhooks of a store's own systems.</summary>
    public IWebhooksApi Webhooks { get; }

    /// <summary>API keys, the audit log and dead letters.</summary>
    public IAdministrationApi Administration { get; }

    /// <summary>The server's health, keys and events document.</summary>
    public IServerApi Server { get; }

    /// <summary>Ends its connections.</summary>
    public void Dispose() => _http.Dispose();

    /// <summary>The handlers around what sends the requests.</summary>
    internal static HttpClient Connect(HoldfastClientOptions options, HttpMessageHandler? transport) =>
        // Names are looked up again now and then: a server may move.
        new(new RepeatHandler(options)
        {
            InnerHandler = new TokenHandler(options)
            {
                InnerHandler = transport ?? new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) },
            },
        });

    private static RefitSettings Settings(HoldfastClientOptions options, JsonSerializerOptions json) =>
        new(new SystemTextJsonContentSerializer(json))
        {
            UrlParameterFormatter = new QueryFormatter(),
            ExceptionFactory = response => Failures.OfAsync(response, options.Time),
            DeserializationExceptionFactory = (response, e) => new(Failures.Unreadable(response, e, options.Time)),
            TransportExceptionFactory = Failures.WithoutAnswer,
        };
}

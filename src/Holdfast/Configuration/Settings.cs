using System.Globalization;
using Holdfast.Identity.Core;
using Holdfast.Identity.External;
using Holdfast.Identity.Secrets;
using Holdfast.Inventory;
using Holdfast.Notifications.Mail;
using Holdfast.Platform.Data;
using Holdfast.Platform.Telemetry;
using Holdfast.Webhooks;

namespace Holdfast.Configuration;

/// <summary>
/// The settings of a process, checked: a wrong value is a <see cref="StartupException"/> whose one line says which and why.
/// Sources, later ones win: <c>appsettings.json</c> in the working directory, the environment, the command line (<c>NAME=value</c>).
/// </summary>
public sealed partial record Settings
{
    /// <summary>
    /// Settings of parts that this release does not have; set, they are named at start, so that nobody believes them to work.
    /// </summary>
    internal static readonly string[] NotYet =
    [
        "PAYPAL_CLIENT_ID", "PAYPAL_SECRET", "PAYPAL_WEBHOOK_ID", "PAYPAL_BASE_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET",
        "STRIPE_BASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT",
    ];

    private static readonly string[] Known =
        ["DATABASE_URL", "ASPNETCORE_URLS", "URLS", "ADMIN_EMAIL", "ADMIN_PASSWORD", "ORDER_SESSION_DURATION_MINUTES",
        "ORDER_BANK_TRANSFER_HOURS", "RESERVATION_TTL_SECONDS",
            "SECRETS_KEY", "SECRETS_KEY_OLD", "OIDC_ISSUER", "OIDC_AUDIENCE", "OIDC_JWKS", "OIDC_ROLE_CLAIM", "RATE_LIMITS",
                "TRUSTED_PROXIES", "REQUEST_BODY_SECONDS", "MAX_CONNECTIONS", "MAX_PENDING_ORDERS", "MAX_PENDING_QUANTITY",
            "CASH_CONFIRMATION_HOURS", "MAX_UNPAID_PER_VARIANT", "UNPAID_HANDFUL", "UNPAID_SHARE", "FOLD_MAILBOXES",
            "PUBLIC_URL", "SMTP_URL", "SMTP_FROM", "ORDER_MAILS", "SMS_URL", "SMS_TOKEN", "SMS_COUNTRIES", "STRANGER_MAILS_PER_RECIPIENT",
                "STRANGER_MAILS_PER_ADDRESS", "WEBHOOKS_ALLOW_PRIVATE", "CORS_ORIGINS",
            "REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_DB", "REDIS_PASSWORD", "REDIS_KEY_PREFIX", "CACHE", "CACHE_TTL",
                "CACHE_MEMORY_MB",
            "RABBITMQ_URL", "KAFKA_BROKERS", "KAFKA_CONFIG", "CONSUMER_TRANSPORT", "CONSUMER_PREFETCH"];

    /// <summary><c>postgres://…</c> or <c>sqlite:PATH</c>. Not set: a SQLite file in <c>./data</c>.</summary>
    public string DatabaseUrl { get; init; } = "sqlite:data/holdfast.db";

    /// <summary>Addresses to listen on, separated by semicolons. Port 0: a free one.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>The first admin, made at start if there is no account with this email.</summary>
    public string? AdminEmail { get; init; }

    public string? AdminPassword { get; init; }

    /// <summary>How long an order paid online may stay unpaid.</summary>
    public TimeSpan OrderSession { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an order paid by bank transfer may stay unpaid.</summary>
    public TimeSpan BankTransfer { get; init; } = TimeSpan.FromHours(48);

    /// <summary>How long a stand-alone reservation holds where the request does not say.</summary>
    public TimeSpan ReservationTtl { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Encrypts the secrets in the database.</summary>
    public SecretBox Secrets { get; init; } = SecretBox.None;

    /// <summary>An outside issuer whose tokens are accepted besides our own.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>Where customers reach the shop: links in mails begin so.</summary>
    public string PublicUrl { get; init; } = "http://127.0.0.1:8080";

    public MailOptions Mail { get; init; } = new(null, "shop@localhost", "data/mails");

    /// <summary>Other sites whose pages may call the API from a browser.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    public Roles Roles { get; init; } = Roles.All;

    public LogFormat LogFormat { get; init; }

    /// <summary>Names of settings that are set and have no effect in this release.</summary>
    public IReadOnlyList<string> Unused { get; init; } = [];

    /// <summary>
    /// Reads and checks the settings. <paramref name="arguments"/>: <c>NAME=value</c>, <c>--NAME=value</c> or <c>--NAME value</c>.
    /// </summary>
    public static Settings Load(IReadOnlyList<string> arguments)
    {
        CheckNames(arguments);
        try
        {
            return From(new ConfigurationBuilder()
                .SetBasePath(Directory.GetCurrentDirectory())
                .AddJsonFile("appsettings.json", optional: true)
                .AddEnvironmentVariables()
                .AddCommandLine([.. arguments])
                .Build());
        }
        catch (InvalidDataException e)
        {
            throw new StartupException($"appsettings.json: {e.InnerException?.Message ?? e.Message}");
        }
    }

    /// <summary>Reads and checks the settings of one source.</summary>
    public static Settings From(IConfiguration source)
    {
        var defaults = new Settings();
        // A password is taken as it is: login does not trim it either.
        var (email, password) = (Text(source, "ADMIN_EMAIL"), source["ADMIN_PASSWORD"] is { Length: > 0 } secret ? secret : null);
        if (email is null != password is null)
        {
            throw new StartupException("ADMIN_EMAIL and ADMIN_PASSWORD: set both or neither.");
        }

        if (email is not null && Emails.Key(email) is null)
        {
            throw new StartupException($"ADMIN_EMAIL: '{email}' is not an email address.");
        }

        if (password is not null && PasswordRules.Fault(password, email!) is { } fault)
        {
            throw new StartupException($"ADMIN_PASSWORD: {fault}.");
        }

        var limits = Switch(source, "RATE_LIMITS", defaults.RateLimits);
        return new Settings
        {
            DatabaseUrl = Text(source, "DATABASE_URL") is { } url ? CheckedDatabase(url) : defaults.DatabaseUrl,
            Urls = CheckedUrls(Text(source, "URLS") ?? Text(source, "ASPNETCORE_URLS") ?? defaults.Urls),
            AdminEmail = email,
            AdminPassword = password,
            RateLimits = limits,
            TrustedProxies = Networks(source, "TRUSTED_PROXIES"),
            BodyWithin = TimeSpan.FromSeconds(Number(source, "REQUEST_BODY_SECONDS", defaults.BodyWithin.TotalSeconds, 1, 3600)),
            MaxConnections = (int)Number(source, "MAX_CONNECTIONS", defaults.MaxConnections, 10, 1_000_000),
            OrderSession = TimeSpan.FromMinutes(
                Number(source, "ORDER_SESSION_DURATION_MINUTES", defaults.OrderSession.TotalMinutes, 0.001, 60 * 24 * 366)),
            BankTransfer = TimeSpan.FromHours(
                Number(source, "ORDER_BANK_TRANSFER_HOURS", defaults.BankTransfer.TotalHours, 0.001, 24 * 366)),
            ReservationTtl = TimeSpan.FromSeconds(
                Number(source, "RESERVATION_TTL_SECONDS", defaults.ReservationTtl.TotalSeconds, 1, InventoryOptions.MaxTtlSeconds)),
            Secrets = CheckedKeys(source),
            Oidc = CheckedOidc(source),
            MaxPendingOrders = limits ? (int)Number(source, "MAX_PENDING_ORDERS", 10, 0, 1_000_000) : 0,
            MaxPendingQuantity = limits ? (int)Number(source, "MAX_PENDING_QUANTITY", 100, 0, 1_000_000_000) : 0,
            CashConfirmation = limits ? TimeSpan.FromHours(Number(source, "CASH_CONFIRMATION_HOURS", 48, 0, 24 * 366)) : TimeSpan.Zero,
            Unpaid = limits ? CheckedUnpaid(source) : default,
            FoldsMailboxes = Switch(source, "FOLD_MAILBOXES", defaults.FoldsMailboxes),
            PublicUrl = CheckedPublicUrl(source, CheckedUrls(Text(source, "URLS") ?? Text(source, "ASPNETCORE_URLS") ?? defaults.Urls)),
            Mail = CheckedMail(source, defaults.Mail),
            Notifications = CheckedNotifications(source, limits),
            Webhooks = new WebhookOptions { AllowPrivate = Switch(source, "WEBHOOKS_ALLOW_PRIVATE", false) },
            CorsOrigins = CheckedOrigins(source),
            Cache = CheckedCache(source),
            Messaging = CheckedMessaging(source),
            Unused = [.. NotYet.Where(name => Text(source, name) is not null)],
        };
    }

    /// <summary><c>api</c>, <c>worker</c>, or both with a comma.</summary>
    public static Roles ParseRoles(string text)
    {
        var roles = Roles.None;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            roles |= word switch
            {
                "api" => Roles.Api,
                "worker" => Roles.Worker,
                _ => throw new StartupException($"--roles: '{word}' is not a role of this release; there are api and worker."),
            };
        }

        return roles != Roles.None ? roles : throw new StartupException("--roles: name at least one of api and worker.");
    }

    /// <summary><c>text</c> or <c>json</c>.</summary>
    public static LogFormat ParseLogFormat(string text) => text switch
    {
        "text" => LogFormat.Text,
        "json" => LogFormat.Json,
        _ => throw new StartupException($"--log-format: '{text}' must be text or json."),
    };

    private static string? Text(IConfiguration source, string name) => source[name] is { } text && !string.IsNullOrWhiteSpace(text)
        ? text.Trim() : null;

    private static double Number(IConfiguration source, string name, double otherwise, double min, double max) =>
        Text(source, name) is not { } text ? otherwise
        : !double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
        out var value) || !double.IsFinite(value)
            ? throw new StartupException($"{name}: '{text}' is not a number.")
        : value < min || value > max
        ? throw new StartupException(string.Create(CultureInfo.InvariantCulture, $"{name}: {text} must be from {min} to {max}."))
        : value;

    private static string CheckedDatabase(string url)
    {
        // The URL is not repeated in messages: it may hold a password.
        if (url.StartsWith("sqlite:", StringComparison.Ordinal))
        {
            return url.Length > "sqlite:".Length ? url : throw new StartupException("DATABASE_URL: sqlite: needs a path after it.");
        }

        var isPostgres = url.StartsWith("postgres://", StringComparison.Ordinal)
            || url.StartsWith("postgresql://", StringComparison.Ordinal);
        return !isPostgres ? throw new StartupException("DATABASE_URL: must start with postgres:// or sqlite:")
            : !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0
            ? throw new StartupException("DATABASE_URL: is not a URL that can be read.")
            : uri.AbsolutePath.Length < 2 ? throw new StartupException("DATABASE_URL: lacks the name of the database after the host.")
            : url;
    }

    private static string CheckedUrls(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            BindingAddress address;
            try
            {
                address = BindingAddress.Parse(url);
            }
            catch (FormatException)
            {
                throw new StartupException($"ASPNETCORE_URLS: '{url}' is not an address such as http://127.0.0.1:8080.");
            }

            if (address.Scheme != "http")
            {
                throw new StartupException($"ASPNETCORE_URLS: '{url}': only http is served; put a proxy in front for https.");
            }
        }

        return urls;
    }

    private static void CheckNames(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? argument : argument[..equals]).TrimStart('-');
            if (equals < 0 && (!argument.StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Count)
                || !Known.Concat(NotYet).Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw new StartupException(
                    $"'{(equals < 0 ? argument : argument[..equals])}' is neither an option nor a setting; see --help and docs/run.md.");
            }

            i += equals < 0 ? 1 : 0;
        }
    }
}

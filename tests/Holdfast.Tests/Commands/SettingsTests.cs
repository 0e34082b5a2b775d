using Holdfast.Configuration;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Caching.Redis;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Configuration;

namespace Holdfast.Tests.Commands;

public sealed class SettingsTests
{
    [Fact]
    public void Nothing_set_is_sqlite_on_loopback()
    {
        var settings = From();
        Assert.Equal(("sqlite:data/holdfast.db", "http://127.0.0.1:8080", 15.0, 48.0, 600.0, Roles.All),
            (settings.DatabaseUrl, settings.Urls, settings.OrderSession.TotalMinutes, settings.BankTransfer.TotalHours,
            settings.ReservationTtl.TotalSeconds, settings.Roles));
        Assert.Empty(settings.Unused);
    }

    [Fact]
    public void Reads_what_is_set()
    {
        var settings = From(("DATABASE_URL", "postgres://u:p@db:5433/shop?SslMode=Require"),
            ("ASPNETCORE_URLS", "http://*:80;http://[::1]:8081"), ("ADMIN_EMAIL", " An@Example.com "),
            ("ADMIN_PASSWORD", " one of mine"), ("ORDER_SESSION_DURATION_MINUTES", "0.05"), ("ORDER_BANK_TRANSFER_HOURS", "72"),
            ("RESERVATION_TTL_SECONDS", "30"), ("PAYPAL_SECRET", "x"), ("STRIPE_SECRET_KEY", ""));
        Assert.Equal(("http://*:80;http://[::1]:8081", "An@Example.com", " one of mine"),
            (settings.Urls, settings.AdminEmail, settings.AdminPassword));
        Assert.Equal((3.0, 72.0, 30.0),
            (settings.OrderSession.TotalSeconds, settings.BankTransfer.TotalHours, settings.ReservationTtl.TotalSeconds));
        Assert.Equal("PAYPAL_SECRET", Assert.Single(settings.Unused));
    }

    [Fact]
    public void Redis_is_named_by_a_url_or_by_its_parts()
    {
        Assert.Equal(new CacheOptions(), From().Cache);
        var url = From(("REDIS_URL", "rediss://:p%40ss@cache:7000/3"), ("REDIS_KEY_PREFIX", "shop:"), ("CACHE_TTL", "60"),
            ("CACHE_MEMORY_MB", "0.5"), ("CACHE", "off")).Cache;
        Assert.Equal(new CacheOptions
        {
            On = false,
            MemoryBytes = 512 * 1024,
            Ttl = TimeSpan.FromMinutes(1),
            Redis = new RedisOptions("cache", 7000, 3, "p@ss", true, "shop:")
        }, url);
        Assert.Equal(new RedisOptions("cache", 6379), From(("REDIS_URL", "redis://cache")).Cache.Redis);
        Assert.Equal(new RedisOptions("cache", 7000, 3, "x"),
            From(("REDIS_HOST", "cache"), ("REDIS_PORT", "7000"), ("REDIS_DB", "3"), ("REDIS_PASSWORD", "x")).Cache.Redis);
        Assert.Null(From(("REDIS_PORT", "7000")).Cache.Redis);
    }

    [Theory]
    [InlineData("REDIS_URL", "http://:secret@x",
        "REDIS_URL: must be redis://:password@host:port/database, or rediss:// where the connection is encrypted.")]
    [InlineData("REDIS_URL", "redis://:secret@x/shop", "REDIS_URL: what follows the host must be the number of a database, such as /0.")]
    [InlineData("REDIS_URL", "redis://me:secret@x", "REDIS_URL: users other than default are not supported; give :password@ alone.")]
    [InlineData("REDIS_KEY_PREFIX", "a b", "REDIS_KEY_PREFIX: must have at most 100 characters and no spaces.")]
    [InlineData("CACHE_TTL", "0", "CACHE_TTL: 0 must be from 1 to 86400.")]
    [InlineData("CACHE", "no", "CACHE: 'no' must be on or off.")]
    [InlineData("DATABASE_URL", "mysql://secret@x/y", "DATABASE_URL: must start with postgres:// or sqlite:")]
    [InlineData("DATABASE_URL", "postgres://u:secret@host", "DATABASE_URL: lacks the name of the database after the host.")]
    [InlineData("DATABASE_URL", "postgres://u:secret@:80:80/x", "DATABASE_URL: is not a URL that can be read.")]
    [InlineData("DATABASE_URL", "sqlite:", "DATABASE_URL: sqlite: needs a path after it.")]
    [InlineData("ASPNETCORE_URLS", "8080", "ASPNETCORE_URLS: '8080' is not an address such as http://127.0.0.1:8080.")]
    [InlineData("ASPNETCORE_URLS", "https://*:443",
        "ASPNETCORE_URLS: 'https://*:443': only http is served; put a proxy in front for https.")]
    [InlineData("ORDER_SESSION_DURATION_MINUTES", "soon", "ORDER_SESSION_DURATION_MINUTES: 'soon' is not a number.")]
    [InlineData("ORDER_SESSION_DURATION_MINUTES", "0", "ORDER_SESSION_DURATION_MINUTES: 0 must be from 0.001 to 527040.")]
    [InlineData("ORDER_SESSION_DURATION_MINUTES", "NaN", "ORDER_SESSION_DURATION_MINUTES: 'NaN' is not a number.")]
    [InlineData("ORDER_SESSION_DURATION_MINUTES", "-5", "ORDER_SESSION_DURATION_MINUTES: -5 must be from 0.001 to 527040.")]
    [InlineData("RESERVATION_TTL_SECONDS", "1e9", "RESERVATION_TTL_SECONDS: '1e9' is not a number.")]
    [InlineData("SMS_TOKEN", "secret\ntoken",
        "SMS_TOKEN: must be letters, digits and signs of ASCII without blanks: it goes into a header.")]
    [InlineData("SMS_TOKEN", "secrét", "SMS_TOKEN: must be letters, digits and signs of ASCII without blanks: it goes into a header.")]
    [InlineData("RATE_LIMITS", "yes", "RATE_LIMITS: 'yes' must be on or off.")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.1, proxy", "TRUSTED_PROXIES: 'proxy' is neither an address nor a network such as 10.0.0.0/8.")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.1/33", "TRUSTED_PROXIES: '10.0.0.1/33' is neither an address nor a network such as 10.0.0.0/8.")]
    [InlineData("SECRETS_KEY", "c2hvcnQ=", "SECRETS_KEY: must be 32 bytes in base64, such as openssl rand -base64 32 prints.")]
    [InlineData("SECRETS_KEY_OLD", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "SECRETS_KEY_OLD: is the key before SECRETS_KEY, which must be set, too.")]
    [InlineData("OIDC_ISSUER", "https://id.example.com", "OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS: set all three or none.")]
    [InlineData("PUBLIC_URL", "shop.example.com", "PUBLIC_URL: 'shop.example.com' is not an address such as https://shop.example.com.")]
    [InlineData("SMTP_URL", "smtp://u:secret@mail.example.com:587",
        "SMTP_FROM: is needed with SMTP_URL: the address that mails come from.")]
    [InlineData("SMTP_FROM", "nobody", "SMTP_FROM: 'nobody' is not an address such as shop@example.com or \"Shop <shop@example.com>\".")]
    [InlineData("CORS_ORIGINS", "*",
        "CORS_ORIGINS: '*' is not an origin such as https://shop.example.com: a scheme, a host, perhaps a port, and nothing after.")]
    [InlineData("CORS_ORIGINS", "https://a.example.com,https://b.example.com/",
        "CORS_ORIGINS: 'https://b.example.com/' is not an origin such as https://shop.example.com: a scheme, a host, perhaps a port, and "
        + "nothing after.")]
    [InlineData("RABBITMQ_URL", "http://u:secret@mq", "RABBITMQ_URL: must be amqp://user:password@host:port/vhost, or amqps:// for TLS.")]
    [InlineData("RABBITMQ_URL", "mq:5672", "RABBITMQ_URL: must be amqp://user:password@host:port/vhost, or amqps:// for TLS.")]
    [InlineData("KAFKA_BROKERS", "a:9092,b", "KAFKA_BROKERS: 'a:9092,b' must be host:port, several with commas.")]
    [InlineData("CONSUMER_TRANSPORT", "pigeon", "CONSUMER_TRANSPORT: 'pigeon' must be outbox, rabbitmq or kafka.")]
    [InlineData("CONSUMER_TRANSPORT", "rabbitmq", "CONSUMER_TRANSPORT: rabbitmq needs RABBITMQ_URL.")]
    [InlineData("CONSUMER_TRANSPORT", "kafka", "CONSUMER_TRANSPORT: kafka needs KAFKA_BROKERS.")]
    [InlineData("CONSUMER_PREFETCH", "0", "CONSUMER_PREFETCH: 0 must be from 1 to 10000.")]
    [InlineData("CONSUMER_PREFETCH", "10001", "CONSUMER_PREFETCH: 10001 must be from 1 to 10000.")]
    [InlineData("ADMIN_EMAIL", "an@example.com", "ADMIN_EMAIL and ADMIN_PASSWORD: set both or neither.")]
    [InlineData("ADMIN_PASSWORD", "12345678", "ADMIN_EMAIL and ADMIN_PASSWORD: set both or neither.")]
    public void A_wrong_value_is_one_line_that_says_which_and_why(string name, string value, string line) =>
        Assert.Equal(line, Assert.Throws<StartupException>(() => From((name, value))).Message);

    [Fact]
    public void Requests_are_limited_and_no_proxy_is_trusted_unless_somebody_says_so()
    {
        Assert.True(From().RateLimits);
        Assert.Empty(From().TrustedProxies);
        var settings = From(("RATE_LIMITS", "OFF"), ("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,::1 ,2001:db8::/32"));
        Assert.False(settings.RateLimits);
        Assert.Equal(["127.0.0.1/32", "10.0.0.0/8", "::1/128", "2001:db8::/32"], settings.TrustedProxies.Select(p => p.ToString()));
    }

    [Fact]
    public void Brokers_are_named_and_one_of_them_may_feed_the_consumers()
    {
        var none = From().Messaging;
        Assert.Equal((null, null, "outbox", 100, null),
            (none.RabbitMqUrl, none.KafkaBrokers, none.ConsumerTransport, none.Prefetch, none.Consumers));
        var both = From(("RABBITMQ_URL", "amqps://u:p@mq:5671/shop"), ("KAFKA_BROKERS", "a:9092, b:9093"), ("CONSUMER_TRANSPORT", "kafka"),
            ("CONSUMER_PREFETCH", "7")).Messaging;
        Assert.Equal(("amqps://u:p@mq:5671/shop", "a:9092, b:9093", "kafka", 7),
            (both.RabbitMqUrl, both.KafkaBrokers, both.ConsumerTransport, both.Prefetch));
        Assert.Null(Settings.ParseConsumers(null));
        Assert.Equal(["notifications", "webhooks"], Settings.ParseConsumers("notifications, webhooks")!.Order());
    }

    [Fact]
    public void Properties_of_kafka_s_client_are_lines_of_a_file()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("holdfast-kafka-").FullName, "client.properties");
        File.WriteAllText(file,
            "# ours\n\nsecurity.protocol = sasl_ssl\r\nsasl.password=a=b;c#d\nssl.endpoint.identification.algorithm=\n");
        var properties = From(("KAFKA_BROKERS", "a:9092"), ("KAFKA_CONFIG", file)).Messaging.KafkaProperties;
        Assert.Equal([("sasl.password", "a=b;c#d"), ("security.protocol", "sasl_ssl"), ("ssl.endpoint.identification.algorithm", "")],
            properties.Select(p => (p.Key, p.Value)).Order());

        Assert.StartsWith("KAFKA_CONFIG: Could not find file ",
            Assert.Throws<StartupException>(() => From(("KAFKA_CONFIG", "nowhere.properties"))).Message, StringComparison.Ordinal);
        Assert.StartsWith("KAFKA_CONFIG: Access to the path ",
            Assert.Throws<StartupException>(() => From(("KAFKA_CONFIG", Path.GetTempPath()))).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "a=b\nsecret\n");
        Assert.Equal($"KAFKA_CONFIG: line 2 of {file} must be name=value.",
            Assert.Throws<StartupException>(() => From(("KAFKA_CONFIG", file))).Message);
    }

    [Fact]
    public async Task A_consumer_that_does_not_exist_is_refused_at_start()
    {
        await using var database = await TestDb.CreateAsync(Backend.Sqlite);
        var settings =
            new Settings { Messaging = new MessagingOptions { Consumers = new HashSet<string> { "notifications", "notification" } } };
        var message = Assert.Throws<StartupException>(() => Server.Build(settings, database.Db)).Message;
        Assert.StartsWith("--consumers: there is no consumer 'notification'; there are ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_admin_needs_an_address_and_a_password_that_can_sign_in()
    {
        Assert.StartsWith("ADMIN_EMAIL: ",
            Assert.Throws<StartupException>(() => From(("ADMIN_EMAIL", "an"), ("ADMIN_PASSWORD", "12345678"))).Message,
            StringComparison.Ordinal);
        foreach (var (password, line) in new[] { ("1234567", "ADMIN_PASSWORD: must have at least 8 characters."),
            ("Password", "ADMIN_PASSWORD: is one of the most common passwords."),
            ("an@example.com", "ADMIN_PASSWORD: must not be the email."),
                (string.Concat(Enumerable.Repeat("abc", 86)), "ADMIN_PASSWORD: must have at most 256 characters.") })
        {
            Assert.Equal(line, Assert.Throws<StartupException>(() => From(("ADMIN_EMAIL", "An@Example.com"), ("ADMIN_PASSWORD", password)))
                .Message);
        }
    }

    [Fact]
    public void Mail_servers_and_outside_issuers_are_checked_whole()
    {
        var mail = From(("SMTP_URL", "smtps://u:p%40ss@mail.example.com"), ("SMTP_FROM", "Shop <shop@example.com>"),
            ("PUBLIC_URL", "https://shop.example.com/"), ("CORS_ORIGINS", "https://A.example.com, http://localhost:3000"));
        Assert.Equal(new Holdfast.Notifications.Mail.SmtpServer("mail.example.com", 587, true, "u", "p@ss"), mail.Mail.Server);
        Assert.DoesNotContain("p@ss", mail.Mail.ToString(), StringComparison.Ordinal);
        Assert.False(mail.Mail.Server!.ImplicitTls);
        Assert.True(From(("SMTP_URL", "smtps://mail.example.com:465"), ("SMTP_FROM", "shop@example.com")).Mail.Server!.ImplicitTls);
        foreach (var wrong in new[] { "shop", "shop@example.com, more@example.com", "Shop <shop@>", "a\nb@example.com" })
        {
            Assert.StartsWith("SMTP_FROM: ", Assert.Throws<StartupException>(() => From(("SMTP_FROM", wrong))).Message,
                StringComparison.Ordinal);
        }

        Assert.Equal("https://shop.example.com", mail.PublicUrl);
        Assert.Equal(["https://a.example.com", "http://localhost:3000"], mail.CorsOrigins);
        Assert.Equal(["https://xn--bcher-kva.example", "http://xn--bcher-kva.example:81"],
            From(("CORS_ORIGINS", "https://b\u00fccher.example http://B\u00dcCHER.example:81")).CorsOrigins);
        Assert.Equal("http://127.0.0.1:81", From(("ASPNETCORE_URLS", "http://*:81;http://x:82")).PublicUrl);
        foreach (var wrong in new[] { "http://mail.example.com", "smtp://", "smtp://u:secret@mail.example.com:465", "mail.example.com:25" })
        {
            var message = Assert.Throws<StartupException>(() => From(("SMTP_URL", wrong), ("SMTP_FROM", "shop@example.com"))).Message;
            Assert.StartsWith("SMTP_URL: ", message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
        }

        foreach (var (jwks,
            line) in new[] { ("http://id.example.com/jwks",
            "OIDC_JWKS: must be a file, an https URL, or an http URL of this machine: whoever can change the keys can be anybody."),
            ("no-such-file.json", "OIDC_JWKS: there is no file no-such-file.json.") })
        {
            Assert.Equal(line,
                Assert.Throws<StartupException>(() => From(("OIDC_ISSUER", "i"), ("OIDC_AUDIENCE", "a"), ("OIDC_JWKS", jwks))).Message);
        }

        Assert.NotNull(From(("OIDC_ISSUER", "i"), ("OIDC_AUDIENCE", "a"), ("OIDC_JWKS", "http://127.0.0.1:9/jwks")).Oidc);
    }

    [Theory]
    [InlineData("api", Roles.Api)]
    [InlineData("worker", Roles.Worker)]
    [InlineData("worker, api", Roles.All)]
    public void Roles_are_named(string text, Roles roles) => Assert.Equal(roles, Settings.ParseRoles(text));

    [Theory]
    [InlineData("")]
    [InlineData("web")]
    [InlineData("api,everything")]
    public void Other_roles_are_refused(string text) =>
        Assert.StartsWith("--roles: ", Assert.Throws<StartupException>(() => Settings.ParseRoles(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Arguments_are_settings_by_name_and_nothing_else()
    {
        Assert.Equal("sqlite:x.db", Settings.Load(["DATABASE_URL=sqlite:x.db"]).DatabaseUrl);
        Assert.Equal(7, Settings.Load(["--RESERVATION_TTL_SECONDS", "7"]).ReservationTtl.TotalSeconds);
        Assert.Equal(7, Settings.Load(["--reservation_ttl_seconds=7"]).ReservationTtl.TotalSeconds);
        foreach (var wrong in new[] { "--empyt", "x", "--RESERVATION_TTL_SECONDS", "PATH=x" })
        {
            Assert.EndsWith("is neither an option nor a setting; see --help and docs/run.md.",
                Assert.Throws<StartupException>(() => Settings.Load([wrong])).Message, StringComparison.Ordinal);
        }
    }

    private static Settings From(params (string Name, string Value)[] values) =>
        Settings.From(new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(v => v.Name, v => (string?)v.Value)).Build());
}

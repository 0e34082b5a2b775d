using Holdfast.Configuration;
using Holdfast.Platform.Caching.Redis;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Configuration;

namespace Holdfast.Tests.ComingFrom;

/// <summary>The settings of other order services, by those that Holdfast reads.</summary>
public sealed class OrderServiceSettingTests
{
    private static Settings From(params (string Name, string Value)[] settings) => Settings.From(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build());

    [Fact]
    public void Redis_has_the_same_four_settings() => Assert.Equal(new RedisOptions("cache", 6380, 2, "secret"),
        From(("REDIS_HOST", "cache"), ("REDIS_PORT", "6380"), ("REDIS_DB", "2"), ("REDIS_PASSWORD", "secret")).Cache.Redis);

    [Fact]
    public void The_time_to_pay_has_the_same_setting()
    {
        Assert.Equal(TimeSpan.FromMinutes(15), From().OrderSession);
        Assert.Equal(TimeSpan.FromMinutes(20), From(("ORDER_SESSION_DURATION_MINUTES", "20")).OrderSession);
        Assert.Equal(TimeSpan.FromSeconds(3), From(("ORDER_SESSION_DURATION_MINUTES", "0.05")).OrderSession);
    }

    [Fact]
    public void Kafka_has_the_same_brokers_and_its_password_in_a_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "security.protocol=sasl_ssl\nsasl.mechanisms=PLAIN\nsasl.username=shop\nsasl.password=p\n");
            var messaging = From(("KAFKA_BROKERS", "one:9092,two:9092"), ("KAFKA_CONFIG", file)).Messaging;
            Assert.Equal(("one:9092,two:9092", "sasl_ssl", "shop", "p"), (messaging.KafkaBrokers,
                messaging.KafkaProperties["security.protocol"], messaging.KafkaProperties["sasl.username"],
                messaging.KafkaProperties["sasl.password"]));
        }
        finally
        {
            File.Delete(file);
        }

        RefusesNames("KAFKA_USERNAME", "KAFKA_PASSWORD", "KAFKA_SECURITY_PROTOCOL");
    }

    [Fact]
    public void RabbitMQ_is_named_by_one_url()
    {
        Assert.Equal("amqp://shop:p@rabbit:5672/orders", From(("RABBITMQ_URL", "amqp://shop:p@rabbit:5672/orders")).Messaging.RabbitMqUrl);
        RefusesNames("RABBITMQ_HOST", "RABBITMQ_USER", "RABBITMQ_PASS");
    }

    [Fact]
    public void A_database_url_names_no_driver()
    {
        Assert.Equal("postgresql://u:p@db:5432/orders", From(("DATABASE_URL", "postgresql://u:p@db:5432/orders")).DatabaseUrl);
        var refusal = Assert.Throws<StartupException>(() => From(("DATABASE_URL", "postgresql+asyncpg://u:p@db:5432/orders")));
        Assert.Equal("DATABASE_URL: must start with postgres:// or sqlite:", refusal.Message);
    }

    [Fact]
    public void The_address_is_a_url_and_not_a_port()
    {
        Assert.Equal("http://0.0.0.0:3002", From(("ASPNETCORE_URLS", "http://0.0.0.0:3002")).Urls);
        RefusesNames("PORT", "HOST");
    }

    [Fact]
    public void Pages_of_other_origins_are_listed()
    {
        Assert.Equal(["https://shop.example.com", "https://desk.example.com"],
            From(("CORS_ORIGINS", "https://shop.example.com,https://desk.example.com")).CorsOrigins);
        RefusesNames("ALLOWED_ORIGINS");
    }

    [Fact]
    public void Copies_are_kept_for_a_time_that_is_set() =>
        Assert.Equal((300, 60), (From().Cache.Ttl.TotalSeconds, From(("CACHE_TTL", "60")).Cache.Ttl.TotalSeconds));

    [Fact]
    public void There_are_no_other_services_to_find() =>
        RefusesNames("PRODUCT_SERVICE_URL", "PRODUCT_SERVICE_TIMEOUT", "CART_SERVICE_URL", "USER_SERVICE_URL", "PAYMENT_SERVICE_URL",
            "RESTAURANT_SERVICE_URL");

    [Fact]
    public void There_is_no_shared_secret_for_tokens() => RefusesNames("JWT_SECRET", "JWT_EXPIRES_IN", "SECRET_KEY", "ALGORITHM");

    [Fact]
    public void Payment_providers_are_not_settings_of_this_release()
    {
        Assert.Equal(["PAYPAL_CLIENT_ID", "STRIPE_SECRET_KEY"], From(("STRIPE_SECRET_KEY", "sk"), ("PAYPAL_CLIENT_ID", "id")).Unused);
        RefusesNames("VNPAY_TMN_CODE", "VNPAY_HASH_SECRET", "VNPAY_RETURN_URL");
    }

    /// <summary>Names that are given after the command, and mean nothing, end the start, so that nobody believes them to work.</summary>
    private static void RefusesNames(params string[] names) => Assert.All(names, name => Assert.Contains("neither an option nor a setting",
        Assert.Throws<StartupException>(() => Settings.Load([$"{name}=x"])).Message, StringComparison.Ordinal));
}

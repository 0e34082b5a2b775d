using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;

namespace Holdfast.Configuration;

/// <summary>The settings of events: brokers and consumers.</summary>
public sealed partial record Settings
{
    private const int MaxPrefetch = 10_000;

    /// <summary>Which brokers get the events, and which way our own consumers get them.</summary>
    public MessagingOptions Messaging { get; init; } = new();

    /// <summary>Names with commas; null for all.</summary>
    public static IReadOnlySet<string>? ParseConsumers(string? text) => text is null ? null
        : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);

    private static MessagingOptions CheckedMessaging(IConfiguration source)
    {
        var (defaults, rabbit, kafka) = (new MessagingOptions(), Text(source, "RABBITMQ_URL"), Text(source, "KAFKA_BROKERS"));
        var transport = Text(source, "CONSUMER_TRANSPORT") ?? defaults.ConsumerTransport;
        // The URL is not repeated in messages: it may hold a password.
        return rabbit is not null
            && !(Uri.TryCreate(rabbit, UriKind.Absolute, out var url) && url.Scheme is "amqp" or "amqps" && url.Host.Length > 0)
                ? throw new StartupException("RABBITMQ_URL: must be amqp://user:password@host:port/vhost, or amqps:// for TLS.")
            : kafka is not null && kafka.Split(',')
            .Any(b => !Uri.TryCreate($"kafka://{b.Trim()}", UriKind.Absolute, out var broker) || broker.Port <= 0)
                ? throw new StartupException($"KAFKA_BROKERS: '{kafka}' must be host:port, several with commas.")
            : transport is not (MessagingOptions.Outbox or MessagingOptions.RabbitMq or MessagingOptions.Kafka)
                ? throw new StartupException($"CONSUMER_TRANSPORT: '{transport}' must be outbox, rabbitmq or kafka.")
            : transport == MessagingOptions.RabbitMq && rabbit is null
            ? throw new StartupException("CONSUMER_TRANSPORT: rabbitmq needs RABBITMQ_URL.")
            : transport == MessagingOptions.Kafka && kafka is null
            ? throw new StartupException("CONSUMER_TRANSPORT: kafka needs KAFKA_BROKERS.")
            : defaults with
            {
                RabbitMqUrl = rabbit,
                KafkaBrokers = kafka,
                KafkaProperties = Properties(source, "KAFKA_CONFIG"),
                ConsumerTransport = transport,
                Prefetch = (int)Number(source, "CONSUMER_PREFETCH", defaults.Prefetch, 1, MaxPrefetch),
            };
    }

    /// <summary>
    /// The lines <c>name=value</c> of a file, as Kafka's own tools take them; their values are not repeated in messages: they hold
    /// passwords.
    /// </summary>
    private static Dictionary<string, string> Properties(IConfiguration source, string setting)
    {
        var properties = new Dictionary<string, string>();
        if (Text(source, setting) is not { } file)
        {
            return properties;
        }

        foreach (var (number, line) in Lines(file, setting).Select(l => l.Trim()).Index().Where(l => l.Item.Length > 0 && l.Item[0] != '#'))
        {
            var (name, value) = line.Split('=', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } left, var right] ? (left, right)
                : throw new StartupException($"{setting}: line {number + 1} of {file} must be name=value.");
            properties[name] = value;
        }

        return properties;
    }

    private static string[] Lines(string file, string setting)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{setting}: {e.Message}");
        }
    }
}

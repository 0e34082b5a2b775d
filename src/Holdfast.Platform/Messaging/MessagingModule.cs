using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Endpoints;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Platform.Messaging.Transports.Kafka;
using Holdfast.Platform.Messaging.Transports.RabbitMq;
using Holdfast.Platform.Telemetry;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Platform.Messaging;

/// <summary>The services and routes of the delivery of events.</summary>
public static class MessagingModule
{
    public static void Add(IServiceCollection services, MessagingOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<RelaySignal>();
        services.AddWorker<Relay>();
        services.AddWorker<ConsumerDeliveryQueues>();
        services.AddSingleton(s => new TransportSet(Configured(options, s.GetRequiredService<Db>())));
        services.AddWorker<DeliveryQueueWatch>();
        if (options.Relays)
        {
            // A process that only answers requests uses no broker and watches no delivery queue: it would always report that all is well.
            services.AddSingleton(s =>
                new DependencySource(() =>
                [.. s.GetRequiredService<TransportSet>()
                .All.Select(t => new Dependency("broker", t.Name, t.Failure is null ? HealthStatus.Healthy : HealthStatus.Degraded, null)),
                .. s.GetRequiredService<DeliveryQueueWatch>().Dependencies]));
        }

        services.AddWorker<Brokers>();
        services.AddWorker<WakeupListener>();
        services.AddHostedService<WakeupSender>();
        services.AddWorker<DeadLetterPruner>();
        services.AddSingleton<DroppedMails>();
        services.AddSingleton<ListDeadLetters>().AddSingleton<RedriveDeadLetter>().AddSingleton<RedriveAllDeadLetters>();
        services.AddSingleton<DropDeadLetter>();
        services.AddSingleton<AsyncApi>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Get<AsyncApi>("/asyncapi/v1.json", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Get<ListDeadLetters>("/dead-letters", Access.Admin, (u, r) => u.HandleAsync(r), "lane", "limit", "cursor");
        app.Post<RedriveAllDeadLetters>("/dead-letters/redrive", Access.Admin, (u, r) => u.HandleAsync(r));
        app.Post<RedriveDeadLetter>("/dead-letters/{id}/redrive", Access.Admin, (u, r) => u.HandleAsync(r));
        app.Delete<DropDeadLetter>("/dead-letters/{id}", Access.Admin, (u, r) => u.HandleAsync(r));
    }

    private static IEnumerable<ITransport> Configured(MessagingOptions options, Db db)
    {
        if (options.RabbitMqUrl is { } rabbit)
        {
            yield return new RabbitMqTransport(rabbit, options.Patience, () => Inbox.FallBehindAsync(db, MessagingOptions.RabbitMq));
        }

        if (options.KafkaBrokers is { } kafka)
        {
            yield return new KafkaTransport(kafka, options.Patience, properties: options.KafkaProperties);
        }
    }
}

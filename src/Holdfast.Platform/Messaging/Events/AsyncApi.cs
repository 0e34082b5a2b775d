using System.Text.Json.Nodes;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Transports;

namespace Holdfast.Platform.Messaging.Events;

/// <summary>
/// <c>GET /asyncapi/v1.json</c>: every event with the schema of its message, as AsyncAPI 3.0
/// (https://www.asyncapi.com/docs/reference/specification/v3.0.0).
/// </summary>
public sealed class AsyncApi(EventTypes types)
{
    private readonly Lazy<byte[]> _document = new(() => Reply.Bytes(Write(types)));

    public Task<Reply> HandleAsync(Request request) => Task.FromResult(Reply.Raw(200, _document.Value));

    /// <summary>Returns the document of these types.</summary>
    public static JsonObject Write(EventTypes types) => new()
    {
        ["asyncapi"] = "3.0.0",
        ["info"] = new JsonObject
        {
            ["title"] = "Holdfast events",
            ["version"] = "1",
            ["description"] =
                "What the engine tells others: on RabbitMQ and Kafka, and with the same data as webhooks. At least once; within a "
                + "subject the sequence counts from 1 without gaps.",
        },
        ["defaultContentType"] = CloudEvent.ContentType,
        ["channels"] = new JsonObject
        {
            [Topics.Events] = new JsonObject
            {
                ["address"] = Topics.Events,
                ["description"] =
                    "RabbitMQ: a durable topic exchange, the routing key is the type. Kafka: a topic, the key is the subject.",
                ["messages"] = Each(types.All, t => new JsonObject { ["$ref"] = $"#/components/messages/{t.Name}" }),
                ["bindings"] = new JsonObject
                {
                    ["amqp"] = new JsonObject
                    {
                        ["is"] = "routingKey",
                        ["exchange"] = Exchange(),
                    },
                    ["kafka"] = new JsonObject { ["topic"] = Topics.Events },
                },
            },
            [Topics.Inbox] = new JsonObject
            {
                ["address"] = Topics.Inbox,
                ["description"] =
                    "What other systems tell the engine: a CloudEvent with this as its data, or this alone with the type as routing key, "
                    + "in the header type, or as member type.",
                ["messages"] = Each(types.Incoming, t => new JsonObject
                {
                    ["name"] = t.Name,
                    ["title"] = t.Name,
                    ["summary"] = Sentence(t),
                    ["contentType"] = "application/json",
                    ["payload"] = t.Schema(),
                }),
            },
        },
        ["operations"] = new JsonObject
        {
            ["tell"] = new JsonObject { ["action"] = "send", ["channel"] = new JsonObject { ["$ref"] = $"#/channels/{Topics.Events}" } },
            ["hear"] = new JsonObject { ["action"] = "receive", ["channel"] = new JsonObject { ["$ref"] = $"#/channels/{Topics.Inbox}" } },
        },
        ["components"] = new JsonObject
        {
            ["messages"] = Each(types.All, Message),
            ["schemas"] = new JsonObject(types.All.DistinctBy(t => t.Subject)
                .Select(t => KeyValuePair.Create(t.Subject, (JsonNode?)t.Schema()))),
        },
    };

    private static JsonObject Exchange() =>
        new() { ["name"] = Topics.Events, ["type"] = "topic", ["durable"] = true, ["autoDelete"] = false };

    private static string Sentence(EventType type) => $"{char.ToUpperInvariant(type.When[0])}{type.When[1..]}.";

    private static JsonObject Each(IReadOnlyList<EventType> types, Func<EventType, JsonObject> write) =>
        new(types.Select(t => KeyValuePair.Create(t.Name, (JsonNode?)write(t))));

    /// <summary>A message: the CloudEvents envelope around data of the subject's schema.</summary>
    private static JsonObject Message(EventType type) => new()
    {
        ["name"] = type.Name,
        ["title"] = type.Name,
        ["summary"] = Sentence(type),
        ["contentType"] = CloudEvent.ContentType,
        ["payload"] = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray("specversion", "id", "source", "type", "subject", "time", "sequence", "storeid", "datacontenttype",
                "data"),
            ["properties"] = new JsonObject
            {
                ["specversion"] = new JsonObject { ["const"] = "1.0" },
                ["id"] = new JsonObject { ["type"] = "string", ["description"] = "subject:sequence, unique for ever" },
                ["source"] = new JsonObject { ["const"] = CloudEvent.Source },
                ["type"] = new JsonObject { ["const"] = type.Name },
                ["subject"] = new JsonObject
                {
                    ["type"] = "string",
                    ["format"] = "uuid",
                    ["description"] = $"the id of the {type.Subject}"
                },
                ["time"] = new JsonObject { ["type"] = "string", ["format"] = "date-time" },
                ["sequence"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1 },
                ["storeid"] = new JsonObject { ["type"] = "string", ["format"] = "uuid" },
                ["datacontenttype"] = new JsonObject { ["const"] = "application/json" },
                ["data"] = new JsonObject { ["$ref"] = $"#/components/schemas/{type.Subject}" },
            },
        },
    };
}

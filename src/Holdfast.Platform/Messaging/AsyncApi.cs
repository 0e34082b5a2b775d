using System.Text.Json.Nodes;
using Holdfast.Platform.Http;

namespace Holdfast.Platform.Messaging;

/// <summary><c>GET /asyncapi/v1.json</c>: every event with the schema of its message, as AsyncAPI 3.0 (https://www.asyncapi.com/docs/reference/specification/v3.0.0).</summary>
public sealed class AsyncApi(EventTypes types)
{
    private const string Channel = "order_events";

    private readonly Lazy<byte[]> _document = new(() => Reply.Bytes(Write(types)));

    public Task<Reply> HandleAsync(Request request) => Task.FromResult(Reply.Raw(200, _document.Value));

    /// <summary>The document of these types.</summary>
    public static JsonObject Write(EventTypes types) => new()
    {
        ["asyncapi"] = "3.0.0",
        ["info"] = new JsonObject
        {
            ["title"] = "Holdfast events",
            ["version"] = "1",
            ["description"] = "What the engine tells others: on RabbitMQ and Kafka, and with the same data as webhooks. At least once; within a subject the sequence counts from 1 without gaps.",
        },
        ["defaultContentType"] = CloudEvent.ContentType,
        ["channels"] = new JsonObject
        {
            [Channel] = new JsonObject
            {
                ["address"] = Channel,
                ["description"] = "RabbitMQ: a durable topic exchange, the routing key is the type. Kafka: a topic, the key is the subject.",
                ["messages"] = Each(types, t => new JsonObject { ["$ref"] = $"#/components/messages/{t.Name}" }),
                ["bindings"] = new JsonObject
                {
                    ["amqp"] = new JsonObject { ["is"] = "routingKey", ["exchange"] = new JsonObject { ["name"] = Channel, ["type"] = "topic", ["durable"] = true, ["autoDelete"] = false } },
                    ["kafka"] = new JsonObject { ["topic"] = Channel },
                },
            },
        },
        ["operations"] = new JsonObject
        {
            ["tell"] = new JsonObject { ["action"] = "send", ["channel"] = new JsonObject { ["$ref"] = $"#/channels/{Channel}" } },
        },
        ["components"] = new JsonObject
        {
            ["messages"] = Each(types, Message),
            ["schemas"] = new JsonObject(types.All.DistinctBy(t => t.Subject).Select(t => KeyValuePair.Create(t.Subject, (JsonNode?)t.Schema()))),
        },
    };

    private static JsonObject Each(EventTypes types, Func<EventType, JsonObject> write) => new(types.All.Select(t => KeyValuePair.Create(t.Name, (JsonNode?)write(t))));

    /// <summary>A message: the CloudEvents envelope around the data, which is of the subject's schema.</summary>
    private static JsonObject Message(EventType type) => new()
    {
        ["name"] = type.Name,
        ["title"] = type.Name,
        ["summary"] = $"{char.ToUpperInvariant(type.When[0])}{type.When[1..]}.",
        ["contentType"] = CloudEvent.ContentType,
        ["payload"] = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray("specversion", "id", "source", "type", "subject", "time", "sequence", "storeid", "datacontenttype", "data"),
            ["properties"] = new JsonObject
            {
                ["specversion"] = new JsonObject { ["const"] = "1.0" },
                ["id"] = new JsonObject { ["type"] = "string", ["description"] = "subject:sequence, unique for ever" },
                ["source"] = new JsonObject { ["const"] = CloudEvent.Source },
                ["type"] = new JsonObject { ["const"] = type.Name },
                ["subject"] = new JsonObject { ["type"] = "string", ["format"] = "uuid", ["description"] = $"the id of the {type.Subject}" },
                ["time"] = new JsonObject { ["type"] = "string", ["format"] = "date-time" },
                ["sequence"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1 },
                ["storeid"] = new JsonObject { ["type"] = "string", ["format"] = "uuid" },
                ["datacontenttype"] = new JsonObject { ["const"] = "application/json" },
                ["data"] = new JsonObject { ["$ref"] = $"#/components/schemas/{type.Subject}" },
            },
        },
    };
}

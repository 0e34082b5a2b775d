using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Platform.Http.Replies;

namespace Holdfast.Platform.Messaging.Events;

/// <summary>
/// Every type of event of this installation, by name. The AsyncAPI document is made from it, and subscriptions are checked against it.
/// </summary>
/// <param name="All">The types that we publish.</param>
/// <param name="Incoming">The types that we receive.</param>
public sealed record EventTypes(IReadOnlyList<EventType> All, IReadOnlyList<EventType> Incoming)
{
    private static readonly JsonSerializerOptions Served = new(Reply.Json)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict
    };

    /// <summary>Whether the pattern, a type or a family such as <c>order.*</c>, matches any type.</summary>
    public bool Knows(string pattern) => All.Any(t => Matches(pattern, t.Name));

    /// <summary>Whether a type matches the pattern: <c>order.created</c> matches itself and <c>order.*</c>.</summary>
    public static bool Matches(string pattern, string type) => pattern == type
        || (pattern.EndsWith(".*", StringComparison.Ordinal)
        && type.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal));

    /// <summary>Returns the schema of a record as it is served: every member, and no other.</summary>
    public static JsonObject SchemaOf<T>() => Served.GetJsonSchemaAsNode(typeof(T), new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) =>
        {
            var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
            if (type == typeof(DateTime))
            {
                // Its form is a converter's, which the exporter cannot look into.
                return new JsonObject
                {
                    ["type"] = type == context.TypeInfo.Type ? "string"
                    : new JsonArray("string", "null"),
                    ["format"] = "date-time"
                };
            }

            if (schema is JsonObject { Count: > 0 } o && o["properties"] is JsonObject members)
            {
                o["additionalProperties"] = false;
                o["required"] = new JsonArray([.. members.Select(m => (JsonNode)m.Key)]);
            }

            return schema;
        },
    }).AsObject();
}

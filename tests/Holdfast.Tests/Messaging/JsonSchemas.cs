using System.Globalization;
using System.Text.Json;

namespace Holdfast.Tests.Messaging;

/// <summary>Checks JSON against the part of JSON Schema that our documents use; a keyword that it does not know is a fault of the document.</summary>
public sealed class JsonSchemas(JsonElement document)
{
    private static readonly HashSet<string> Known = ["type", "format", "enum", "const", "minimum", "properties", "required", "additionalProperties", "items", "$ref", "description"];

    /// <summary>What is wrong, with the path of it.</summary>
    public IEnumerable<string> Faults(JsonElement value, JsonElement schema, string path = "$")
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!Known.Contains(keyword.Name))
            {
                yield return $"{path}: the schema has {keyword.Name}";
            }
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            var target = reference.GetString()!.TrimStart('#', '/').Split('/').Aggregate(document, (node, name) => node.GetProperty(name));
            foreach (var fault in Faults(value, target, path))
            {
                yield return fault;
            }
        }

        foreach (var fault in OfValue(value, schema).Select(f => $"{path}: {value.GetRawText()} {f}").Concat(OfChildren(value, schema, path)))
        {
            yield return fault;
        }
    }

    private static IEnumerable<string> OfValue(JsonElement value, JsonElement schema)
    {
        if (schema.TryGetProperty("type", out var type) && !(type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Any(t => Is(value, t.GetString()!)) : Is(value, type.GetString()!)))
        {
            yield return $"is no {type}";
        }

        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(w => JsonElement.DeepEquals(w, value)))
        {
            yield return $"is none of {words}";
        }

        if (schema.TryGetProperty("const", out var word) && !JsonElement.DeepEquals(word, value))
        {
            yield return $"is not {word}";
        }

        if (schema.TryGetProperty("minimum", out var minimum) && value.ValueKind == JsonValueKind.Number && value.GetDecimal() < minimum.GetDecimal())
        {
            yield return $"is below {minimum}";
        }

        if (schema.TryGetProperty("format", out var format) && value.ValueKind == JsonValueKind.String && !HasForm(value.GetString()!, format.GetString()!))
        {
            yield return $"has not the form {format}";
        }
    }

    private IEnumerable<string> OfChildren(JsonElement value, JsonElement schema, string path)
    {
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            return value.EnumerateArray().SelectMany((child, i) => Faults(child, items, $"{path}[{i}]"));
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var missing = schema.TryGetProperty("required", out var required)
            ? required.EnumerateArray().Select(r => r.GetString()!).Where(r => !value.TryGetProperty(r, out _)).Select(r => $"{path}: lacks {r}") : [];
        var members = value.EnumerateObject().SelectMany(m =>
            schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(m.Name, out var own) ? Faults(m.Value, own, $"{path}.{m.Name}")
            : !schema.TryGetProperty("additionalProperties", out var more) || more.ValueKind == JsonValueKind.True ? []
            : more.ValueKind == JsonValueKind.False ? [$"{path}: has {m.Name}"]
            : Faults(m.Value, more, $"{path}.{m.Name}"));
        return missing.Concat(members);
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => false,
    };

    private static bool HasForm(string text, string format) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date-time" => DateTime.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date" => DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        _ => false,
    };
}

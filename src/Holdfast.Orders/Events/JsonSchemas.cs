using System.Text.Json.Nodes;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Events;

/// <summary>The JSON Schemas of what is served, as text.</summary>
internal static class JsonSchemas
{
    public const string Amount = """{ "type": "integer", "minimum": 0 }""";
    public const string Id = """{ "type": "string", "format": "uuid" }""";
    public const string Time = """{ "type": "string", "format": "date-time" }""";
    public const string Text = """{ "type": "string" }""";
    public const string TimeOrNull = """{ "type": ["string", "null"], "format": "date-time" }""";
    public const string Flag = """{ "type": "boolean" }""";
    public const string TextOrNull = """{ "type": ["string", "null"] }""";

    /// <summary>One of the names of an enumeration.</summary>
    public static string Words<T>(Func<T, string> name) where T : struct, Enum =>
        $$"""{ "enum": [{{string.Join(", ", Enum.GetValues<T>().Select(v => $"\"{name(v)}\""))}}] }""";

    public static string Array(string items) => $$"""{ "type": "array", "items": {{items}} }""";

    /// <summary>An object with these members and no other; those of <paramref name="optional"/> may be missing.</summary>
    public static string Object(string always, string optional = "")
    {
        var required = JsonNode.Parse($"{{{always}}}")!.AsObject().Select(m => $"\"{m.Key}\"");
        return $$"""
            { "type": "object", "additionalProperties": false, "required": [{{string.Join(", ", required)}}],
            "properties": { {{always}}{{(optional.Length > 0 ? $",{optional}" : "")}} } }
            """;
    }

    /// <summary>An object with the members that a table serves.</summary>
    public static string Of<T>(Table<T> table) =>
        Object(Members(table.Members.Where(m => !m.IsOptional)), Members(table.Members.Where(m => m.IsOptional)));

    public static string Members(IEnumerable<JsonMember> members) => string.Join(", ", members.Select(m => $"\"{m.Name}\": {m.Schema}"));
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Holdfast.Tests.Messaging;

/// <summary>Checks JSON against the schemas of an AsyncAPI or OpenAPI document, by an outside implementation of JSON Schema.</summary>
public sealed class JsonSchemas(JsonElement document)
{
    private static readonly EvaluationOptions Strict = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    /// <summary>What is wrong: the place as a JSON pointer, and why.</summary>
    public IReadOnlyList<string> Faults(JsonElement value, JsonElement schema)
    {
        // The schemas of the document become definitions of this one, which is where its references then lead.
        var root = JsonNode.Parse(schema.GetRawText().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal))!.AsObject();
        var all = document.GetProperty("components").GetProperty("schemas").GetRawText();
        root["$defs"] = JsonNode.Parse(all.Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
        var result = JsonSchema.FromText(root.ToJsonString()).Evaluate(value, Strict);
        return result.IsValid ? [] : [.. (result.Details ?? []).Where(d => d.Errors is not null)
            .SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Key} {e.Value}"))];
    }
}

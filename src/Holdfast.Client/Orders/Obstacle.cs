using System.Text.Json;

namespace Holdfast.Client;

/// <summary>Why an order would be refused.</summary>
/// <param name="Code">The code of the refusal.</param>
/// <param name="Detail">A sentence in the caller's language.</param>
/// <param name="Facts">What else the refusal would tell, by name; null where there is nothing.</param>
public sealed record Obstacle(string Code, string Detail, IReadOnlyDictionary<string, JsonElement>? Facts);

using System.Text.Json.Serialization;

namespace Holdfast.Client;

/// <summary>What an account is called.</summary>
/// <param name="Name">Null removes the name.</param>
public sealed record AccountName([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Name);

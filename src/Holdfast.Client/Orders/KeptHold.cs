namespace Holdfast.Client;

/// <summary>An order that was not cancelled.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Code">The code of the refusal.</param>
public sealed record KeptHold(Guid OrderId, string Code);

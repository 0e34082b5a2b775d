namespace Holdfast.Client;

/// <summary>What trying a lane again has begun.</summary>
/// <param name="Redriven">How many are tried again.</param>
/// <param name="Refused">How many cannot be.</param>
public sealed record DeadLettersRedriven(int Redriven, int Refused);

namespace Holdfast.Client;

/// <summary>A code with what it takes off, in minor units.</summary>
/// <param name="Code">The code.</param>
/// <param name="Amount">What it takes off.</param>
public sealed record CodeDiscount(string Code, long Amount);

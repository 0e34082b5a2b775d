namespace Holdfast.Client;

/// <summary>That the buyer means an order on delivery: with the mailed link's token, or with the code of the text message.</summary>
/// <param name="Token">The link's; null where the code is sent.</param>
/// <param name="Code">The message's; null where the token is sent.</param>
public sealed record Confirmation(string? Token = null, string? Code = null);

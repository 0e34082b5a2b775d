
namespace Holdfast.Client;

/// <summary>The token of a mailed link; good once and for an hour.</summary>
/// <param name="Token">As the link has it.</param>
public sealed record MailedToken(string Token);

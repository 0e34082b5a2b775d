
namespace Holdfast.Client;

/// <summary>The token of a session.</summary>
/// <param name="RefreshToken">The last one that was given.</param>
public sealed record RefreshRequest(string RefreshToken);

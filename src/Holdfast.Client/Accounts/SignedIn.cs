
namespace Holdfast.Client;

/// <summary>What somebody gets who has signed in.</summary>
/// <param name="AccessToken">Give it to <see cref="HoldfastClientOptions.AccessToken"/>.</param>
/// <param name="TokenType"><c>Bearer</c>.</param>
/// <param name="ExpiresIn">How long the access token is good, in seconds.</param>
/// <param name="RefreshToken">Good for one refresh.</param>
/// <param name="RefreshExpiresIn">How long the refresh token is good, in seconds.</param>
/// <param name="DeviceToken">Shows at the next sign-in that the account was signed in here before; gives no rights.</param>
public sealed record SignedIn(string AccessToken, string TokenType, int ExpiresIn, string RefreshToken, int RefreshExpiresIn,
    string DeviceToken);

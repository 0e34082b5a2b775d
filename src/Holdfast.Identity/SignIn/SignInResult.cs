
namespace Holdfast.Identity.SignIn;

/// <summary>What somebody gets who has signed in.</summary>
/// <param name="AccessToken">A JWT.</param>
/// <param name="ExpiresIn">Seconds.</param>
/// <param name="RefreshToken">Good for one refresh.</param>
/// <param name="RefreshExpiresIn">Seconds.</param>
/// <param name="DeviceToken">Shows at the next sign-in that the account was signed in here before; gives no rights.</param>
internal sealed record SignInResult(string AccessToken, string TokenType, int ExpiresIn, string RefreshToken, int RefreshExpiresIn,
    string DeviceToken);

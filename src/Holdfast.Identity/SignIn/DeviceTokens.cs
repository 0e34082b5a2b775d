using Holdfast.Identity.Tokens;

namespace Holdfast.Identity.SignIn;

/// <summary>
/// Makes and reads device tokens: they say that somebody has signed in to this account on this device before, and give no rights (OWASP,
/// "Slow Down Online Guessing Attacks with Device Cookies"). A token shows the id of a session, and holds for one account.
/// </summary>
internal sealed class DeviceTokens() : SignedTokens("device-tokens", "hd_")
{
    private const int IdBytes = 16;

    public string Make(Guid device, Guid account) => Make(device.ToByteArray(bigEndian: true), account.ToByteArray(bigEndian: true));

    /// <summary>False for what we never made, or made for another account.</summary>
    public bool TryRead(string token, Guid account, out Guid device)
    {
        Span<byte> shown = stackalloc byte[IdBytes];
        var isOurs = TryRead(token, shown, account.ToByteArray(bigEndian: true));
        device = new Guid(shown, bigEndian: true);
        return isOurs;
    }
}

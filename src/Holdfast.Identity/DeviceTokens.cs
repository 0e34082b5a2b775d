using System.Buffers.Text;
using System.Security.Cryptography;
using Holdfast.Platform.Data;

namespace Holdfast.Identity;

/// <summary>
/// Makes and reads device tokens: they say that somebody has signed in to this account on this device before, and give no rights (OWASP, "Slow Down Online
/// Guessing Attacks with Device Cookies"). A token is the id of a session and its HMAC-SHA256 with the account's, under a secret of the installation.
/// </summary>
internal sealed class DeviceTokens
{
    private const int IdBytes = 16;
    private const int Length = IdBytes + HMACSHA256.HashSizeInBytes;
    private const string Prefix = "hd_";

    private byte[]? _secret;

    public async Task LoadAsync(Db db, SecretBox box) =>
        _secret = await Secrets.GetOrCreateAsync(db, box, "device-tokens", () => RandomNumberGenerator.GetBytes(32)).ConfigureAwait(false);

    public string Make(Guid device, Guid account)
    {
        Span<byte> bytes = stackalloc byte[Length];
        Write(bytes, device, account);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>False for what we never made, or made for another account.</summary>
    public bool TryRead(string token, Guid account, out Guid device)
    {
        device = Guid.Empty;
        Span<byte> bytes = stackalloc byte[Length];
        if (!token.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.IsValid(token.AsSpan(Prefix.Length), out var length) || length != Length
            || !Base64Url.TryDecodeFromChars(token.AsSpan(Prefix.Length), bytes, out _))
        {
            return false;
        }

        device = new Guid(bytes[..IdBytes], bigEndian: true);
        Span<byte> ours = stackalloc byte[Length];
        Write(ours, device, account);
        return CryptographicOperations.FixedTimeEquals(ours, bytes);
    }

    private void Write(Span<byte> bytes, Guid device, Guid account)
    {
        Span<byte> message = stackalloc byte[2 * IdBytes];
        device.TryWriteBytes(message, bigEndian: true, out _);
        account.TryWriteBytes(message[IdBytes..], bigEndian: true, out _);
        message[..IdBytes].CopyTo(bytes);
        HMACSHA256.HashData(_secret ?? throw new InvalidOperationException("not loaded: run IdentityModule.PrepareAsync at start"), message, bytes[IdBytes..]);
    }
}

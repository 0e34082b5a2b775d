using System.Buffers.Text;
using System.Security.Cryptography;
using Holdfast.Identity.Secrets;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.Tokens;

/// <summary>
/// Makes and reads tokens that prove themselves: a shown value, and its HMAC-SHA256 under a secret of the installation. No token is stored,
/// and every process recognises them.
/// </summary>
/// <param name="secret">The name of the secret.</param>
/// <param name="prefix">What every token begins with.</param>
internal abstract class SignedTokens(string secret, string prefix)
{
    private byte[]? _key;

    public async Task LoadAsync(Db db, SecretBox box) =>
        _key = await SecretStore.GetOrCreateAsync(db, box, secret, () => RandomNumberGenerator.GetBytes(32));

    /// <param name="shown">What the token says.</param>
    /// <param name="bound">What it holds for and does not say: whoever reads it must name the same.</param>
    protected string Make(ReadOnlySpan<byte> shown, ReadOnlySpan<byte> bound = default)
    {
        Span<byte> bytes = stackalloc byte[shown.Length + HMACSHA256.HashSizeInBytes];
        shown.CopyTo(bytes);
        Sign(shown, bound, bytes[shown.Length..]);
        return prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>False for what we never made, or made for something else than <paramref name="bound"/>.</summary>
    /// <param name="shown">Of the length that such tokens show; filled with it.</param>
    protected bool TryRead(string token, Span<byte> shown, ReadOnlySpan<byte> bound = default)
    {
        Span<byte> bytes = stackalloc byte[shown.Length + HMACSHA256.HashSizeInBytes];
        if (!token.StartsWith(prefix, StringComparison.Ordinal)
            || !Base64Url.IsValid(token.AsSpan(prefix.Length), out var length) || length != bytes.Length
            || !Base64Url.TryDecodeFromChars(token.AsSpan(prefix.Length), bytes, out _))
        {
            return false;
        }

        bytes[..shown.Length].CopyTo(shown);
        Span<byte> ours = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(shown, bound, ours);
        return CryptographicOperations.FixedTimeEquals(ours, bytes[shown.Length..]);
    }

    private void Sign(ReadOnlySpan<byte> shown, ReadOnlySpan<byte> bound, Span<byte> hash)
    {
        Span<byte> message = stackalloc byte[shown.Length + bound.Length];
        shown.CopyTo(message);
        bound.CopyTo(message[shown.Length..]);
        var key = _key ?? throw new InvalidOperationException("not loaded: run IdentityModule.PrepareAsync at start");
        HMACSHA256.HashData(key, message, hash);
    }
}

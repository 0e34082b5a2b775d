using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Holdfast.Platform.Data;

namespace Holdfast.Identity;

/// <summary>
/// The key with which a guest reads one order: HMAC-SHA256 of the order's id under a secret of the installation, so that nothing is stored
/// per order and every process gives and accepts the same keys. 43 characters of base64url.
/// </summary>
public sealed class AccessKeys
{
    private byte[]? _secret;

    /// <summary>The key of one order; always the same.</summary>
    public string For(Guid orderId)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(orderId, mac);
        return Base64Url.EncodeToString(mac);
    }

    /// <summary>Whether the key opens this order; takes the same time whether it nearly does or not at all.</summary>
    public bool Matches(Guid orderId, string key) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes<char>(For(orderId)), MemoryMarshal.AsBytes<char>(key));

    internal async Task LoadAsync(Db db, SecretBox? box = null) =>
        _secret = await Secrets.GetOrCreateAsync(db, box ?? SecretBox.None, "order-access-keys", () => RandomNumberGenerator.GetBytes(32)).ConfigureAwait(false);

    private void Mac(Guid orderId, Span<byte> mac)
    {
        Span<byte> message = stackalloc byte[32];
        "order-access-key"u8.CopyTo(message);
        orderId.TryWriteBytes(message[16..], bigEndian: true, out _);
        HMACSHA256.HashData(_secret ?? throw new InvalidOperationException("not loaded: run IdentityModule.PrepareAsync at start"), message, mac);
    }
}

using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Identity.Core;
using Holdfast.Identity.Secrets;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.Links;

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

    /// <summary>Whether the key opens this order. The comparison takes constant time.</summary>
    public bool Matches(Guid orderId, string key) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes<char>(For(orderId)), MemoryMarshal.AsBytes<char>(key));

    /// <summary>What only the mailbox of an order's buyer gets: with it they confirm the order. 43 characters of base64url.</summary>
    public string Mailed(Guid orderId, string email) =>
        Base64Url.EncodeToString(Mac("order-confirmation-mail", orderId, Emails.Key(email) ?? email));

    /// <summary>Whether the key is the order's. The comparison takes constant time.</summary>
    public bool IsMailed(Guid orderId, string email, string token) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes<char>(Mailed(orderId, email)), MemoryMarshal.AsBytes<char>(token));

    /// <summary>The same for a phone: eight digits, to be typed.</summary>
    public string Texted(Guid orderId, string phone) =>
        (BinaryPrimitives.ReadUInt64BigEndian(Mac("order-confirmation-text", orderId, phone)) % 100_000_000).ToString("D8",
        CultureInfo.InvariantCulture);

    /// <summary>Whether it is the order's; blanks in it do not matter.</summary>
    public bool IsTexted(Guid orderId, string phone, string code) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes<char>(Texted(orderId, phone)),
        MemoryMarshal.AsBytes<char>(code.Replace(" ", "", StringComparison.Ordinal)));

    internal async Task LoadAsync(Db db, SecretBox? box = null) =>
        _secret = await SecretStore.GetOrCreateAsync(db, box ?? SecretBox.None, "order-access-keys",
        () => RandomNumberGenerator.GetBytes(32));

    private byte[] Mac(string purpose, Guid orderId, string whose) =>
        HMACSHA256.HashData(Secret,
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{purpose}\n{orderId:N}\n{whose}")));

    private byte[] Secret => _secret ?? throw new InvalidOperationException("not loaded: run IdentityModule.PrepareAsync at start");

    private void Mac(Guid orderId, Span<byte> mac)
    {
        Span<byte> message = stackalloc byte[32];
        "order-access-key"u8.CopyTo(message);
        orderId.TryWriteBytes(message[16..], bigEndian: true, out _);
        HMACSHA256.HashData(Secret, message, mac);
    }
}

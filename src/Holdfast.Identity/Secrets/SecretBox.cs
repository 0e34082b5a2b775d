using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.Secrets;

/// <summary>
/// Encrypts the installation's secrets in the database: AES-256-GCM under a key that is not there (<c>SECRETS_KEY</c>). Without a key it
/// leaves them as they are.
/// </summary>
public sealed class SecretBox
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[]? _key;
    private readonly byte[]? _old;

    private SecretBox(byte[]? key, byte[]? old = null) => (_key, _old) = (key, old);

    /// <summary>A box without a key: secrets are stored unencrypted.</summary>
    public static SecretBox None { get; } = new(null);

    /// <summary>Whether it can encrypt.</summary>
    public bool HasKey => _key is not null;

    /// <summary>A box with this key, 32 bytes in base64; null for anything else.</summary>
    public static SecretBox? Parse(string base64)
    {
        var bytes = new byte[48];
        return Convert.TryFromBase64String(base64.Trim(), bytes, out var length) && length == 32 ? new SecretBox(bytes[..32]) : null;
    }

    /// <summary>
    /// Returns the same box, which also opens what the previous key has encrypted: for the time of the change from one key to the other.
    /// </summary>
    public SecretBox After(SecretBox old) => new(_key, old._key);

    /// <summary>Encrypts a value, which can be opened only under the same name. Needs a key.</summary>
    public byte[] Seal(string name, byte[] value)
    {
        var box = new byte[NonceBytes + value.Length + TagBytes];
        var (nonce, cipher, tag) = Parts(box);
        RandomNumberGenerator.Fill(nonce.Span);
        using var aes = new AesGcm(_key!, TagBytes);
        aes.Encrypt(nonce.Span, value, cipher.Span, tag.Span, Encoding.UTF8.GetBytes(name));
        return box;
    }

    /// <summary>Opens a value. A wrong or missing key throws <see cref="StartupException"/>.</summary>
    public byte[] Open(string name, byte[] box)
    {
        if (_key is null)
        {
            throw new StartupException(
                "SECRETS_KEY: the secrets of this database are encrypted: set the key that they were encrypted with.");
        }

        return OpenWith(_key, name, box) ?? (_old is null ? null : OpenWith(_old, name, box))
            ?? throw new StartupException("SECRETS_KEY: is not the key that the secrets of this database were encrypted with.");
    }

    private static byte[]? OpenWith(byte[] key, string name, byte[] box)
    {
        try
        {
            var (nonce, cipher, tag) = Parts(box);
            var value = new byte[cipher.Length];
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(nonce.Span, cipher.Span, tag.Span, value, Encoding.UTF8.GetBytes(name));
            return value;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static (Memory<byte> Nonce, Memory<byte> Cipher, Memory<byte> Tag) Parts(byte[] box) =>
        (box.AsMemory(0, NonceBytes), box.AsMemory(NonceBytes, box.Length - NonceBytes - TagBytes), box.AsMemory(box.Length - TagBytes));
}

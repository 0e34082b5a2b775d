using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Holdfast.Platform.Data;

namespace Holdfast.Identity;

/// <summary>
/// Makes and reads refresh tokens: session, generation and their HMAC-SHA256 under a secret of the installation. So no token is stored, any
/// process can make the successor of one again, and an old one is known as genuine for as long as its session's row is there.
/// </summary>
internal sealed class RefreshTokens
{
    private const int Signed = 16 + sizeof(int);
    private const int Length = Signed + HMACSHA256.HashSizeInBytes;
    private const string Prefix = "hr_";

    private byte[]? _secret;

    public async Task LoadAsync(Db db, SecretBox box) =>
        _secret = await Secrets.GetOrCreateAsync(db, box, "refresh-tokens", () => RandomNumberGenerator.GetBytes(32)).ConfigureAwait(false);

    public string Make(Guid session, int generation)
    {
        Span<byte> bytes = stackalloc byte[Length];
        Write(bytes, session, generation);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>False for what we never made.</summary>
    public bool TryRead(string token, out Guid session, out int generation)
    {
        (session, generation) = (Guid.Empty, 0);
        Span<byte> bytes = stackalloc byte[Length];
        if (!token.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.IsValid(token.AsSpan(Prefix.Length), out var length) || length != Length
            || !Base64Url.TryDecodeFromChars(token.AsSpan(Prefix.Length), bytes, out _))
        {
            return false;
        }

        (session, generation) = (new Guid(bytes[..16], bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(bytes[16..]));
        Span<byte> ours = stackalloc byte[Length];
        Write(ours, session, generation);
        return CryptographicOperations.FixedTimeEquals(ours, bytes);
    }

    private void Write(Span<byte> bytes, Guid session, int generation)
    {
        session.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[16..], generation);
        HMACSHA256.HashData(_secret ?? throw new InvalidOperationException("not loaded: run IdentityModule.PrepareAsync at start"), bytes[..Signed], bytes[Signed..]);
    }
}

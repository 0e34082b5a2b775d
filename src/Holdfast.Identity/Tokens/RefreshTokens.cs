using System.Buffers.Binary;

namespace Holdfast.Identity.Tokens;

/// <summary>
/// Makes and reads refresh tokens: session and generation. Any process can make the successor of one again, and an old one is known as
/// genuine for as long as its session's row is there.
/// </summary>
internal sealed class RefreshTokens() : SignedTokens("refresh-tokens", "hr_")
{
    private const int IdBytes = 16;
    private const int Length = IdBytes + sizeof(int);

    public string Make(Guid session, int generation)
    {
        Span<byte> shown = stackalloc byte[Length];
        session.TryWriteBytes(shown, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(shown[IdBytes..], generation);
        return Make(shown);
    }

    /// <summary>Returns false for a token that we never made.</summary>
    public bool TryRead(string token, out Guid session, out int generation)
    {
        Span<byte> shown = stackalloc byte[Length];
        var isOurs = TryRead(token, shown);
        (session, generation) = (new Guid(shown[..IdBytes], bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(shown[IdBytes..]));
        return isOurs;
    }
}

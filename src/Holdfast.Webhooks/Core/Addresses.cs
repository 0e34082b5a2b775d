namespace Holdfast.Webhooks.Core;

/// <summary>
/// Which network addresses belong to the public internet. Everything else (IANA's special-purpose registries, and what clouds use inside)
/// is somebody's inside.
/// </summary>
public static class Addresses
{
    private static readonly (byte[] Prefix, int Bits)[] Special4 =
    [
        ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([168, 63, 129, 16], 32), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24),
            ([192, 0, 2], 24), ([192, 31, 196], 24), ([192, 52, 193], 24),
        ([192, 88, 99], 24), ([192, 168], 16), ([192, 175, 48], 24), ([198, 18], 15), ([198, 51, 100], 24), ([203, 0, 113], 24), ([224], 4),
            ([240], 4),
    ];

    // Within 2000::/3, outside of which nothing is public: protocol assignments with Teredo, documentation, 6to4, AS112.
    private static readonly (byte[] Prefix, int Bits)[] Special6 = [([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0d, 0xb8], 32),
        ([0x20, 0x02], 16), ([0x26, 0x20, 0x00, 0x4f, 0x80, 0x00], 48), ([0x3f, 0xff, 0x00], 20)];

    private static readonly byte[] Mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    /// <param name="address">4 or 16 bytes in network order. An IPv4 address within an IPv6 one is judged as itself.</param>
    public static bool IsPublic(ReadOnlySpan<byte> address)
    {
        if (address.Length == 16 && address.StartsWith(Mapped))
        {
            address = address[12..];
        }

        return address.Length == 4 ? !IsIn(address, Special4) : address.Length == 16 && (address[0] & 0xe0) == 0x20
            && !IsIn(address, Special6);
    }

    private static bool IsIn(ReadOnlySpan<byte> address, (byte[] Prefix, int Bits)[] networks)
    {
        foreach (var (prefix, bits) in networks)
        {
            var whole = bits / 8;
            var mask = (byte)(0xff << (8 - (bits % 8)));
            if (address[..whole].SequenceEqual(prefix.AsSpan(0, whole))
                && (bits % 8 == 0 || (address[whole] & mask) == (prefix[whole] & mask)))
            {
                return true;
            }
        }

        return false;
    }
}

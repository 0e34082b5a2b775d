using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Orders.Core;

namespace Holdfast.Orders;

/// <summary>Makes <see cref="BuyerHashes"/>: 64 bits each of a SHA-256.</summary>
internal static class BuyerSigns
{
    // A country code or a leading zero makes no other phone.
    private const int TellingDigits = 9;

    public static BuyerHashes Of(PlaceCommand command) => command.CustomerId is not null ? new(Hash(command.EmailKey), null, null)
        : new(Hash(command.EmailKey), Hash(Telling(command.ContactPhone)), Hash(Folded(command.DeliveryAddress)));

    private static string Telling(string phone)
    {
        var digits = string.Concat(phone.Where(char.IsDigit));
        return digits.Length > TellingDigits ? digits[^TellingDigits..] : digits;
    }

    private static string Folded(string address) => string.Concat(address.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static long Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}

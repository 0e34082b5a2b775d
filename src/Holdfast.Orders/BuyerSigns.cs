using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Orders.Core;

namespace Holdfast.Orders;

/// <summary>Makes <see cref="BuyerHashes"/>: 64 bits each of a SHA-256.</summary>
internal static class BuyerSigns
{
    // A country code or a leading zero makes no other phone.
    private const int TellingDigits = 9;

    // Fewer are no phone, but what somebody writes who tells none.
    private const int FewestDigits = 6;

    public static BuyerHashes Of(PlaceCommand command) => command.CustomerId is { } account ? new(Hash(command.IsEmailTyped ? $"account:{account}" : command.EmailKey), null, null)
        : new(Hash(command.EmailKey), OfPhone(command.ContactPhone), OfAddress(command.DeliveryAddress));

    /// <summary>Null where it says nothing of anybody.</summary>
    public static long? OfPhone(string phone)
    {
        var digits = string.Concat(phone.Where(char.IsDigit));
        return digits.Length < FewestDigits ? null : Hash(digits.Length > TellingDigits ? digits[^TellingDigits..] : digits);
    }

    /// <summary>Null where it says nothing of anybody.</summary>
    /// <param name="address">JSON: a string, or an object whose members are its parts.</param>
    public static long? OfAddress(string address)
    {
        using var json = JsonDocument.Parse(address);
        var parts = json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.EnumerateObject().Select(p => p.Value) : [json.RootElement];
        var folded = string.Concat(parts.SelectMany(p => p.ToString()).Where(char.IsLetterOrDigit)).ToLowerInvariant();
        return folded.Length > 0 ? Hash(folded) : null;
    }

    private static long Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}

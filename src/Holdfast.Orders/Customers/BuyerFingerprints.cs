using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Orders.Core;

namespace Holdfast.Orders.Customers;

/// <summary>Makes <see cref="BuyerHashes"/>: 64 bits each of a SHA-256.</summary>
internal static class BuyerFingerprints
{
    public static BuyerHashes Of(PlaceCommand command)
    {
        var hashes = Of(command.Keys) with { Client = PublicAddress.Of(command.Client) is { } client ? BuyerHash.OfClient(client) : null };
        if (command.CustomerId is null || command.ClaimedMailbox is not { } mailbox)
        {
            return hashes;
        }

        // What it held before this was so is counted under the account's own key.
        var claimed = new BuyerHashes(Hash(mailbox), OfPhone(command.ContactPhone)) { Known = [Hash(mailbox), hashes.Who] };
        return hashes with { Claimed = claimed };
    }

    /// <summary>Null if the value identifies nobody.</summary>
    public static long? OfPhone(string phone) => PhoneDigits.Of(phone) is { } digits ? Hash(digits) : null;

    /// <summary>The hash of a guest who orders with this email.</summary>
    public static long OfMailbox(string mailbox) => Hash(mailbox);

    private static BuyerHashes Of(BuyerKeys keys) =>
        new(Hash(keys.Counted[0]), keys.Phone is { } phone ? Hash(phone[(phone.IndexOf(':', StringComparison.Ordinal) + 1)..]) : null)
        {
            Known = [.. keys.Known.Select(Hash)],
        };

    private static long Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}

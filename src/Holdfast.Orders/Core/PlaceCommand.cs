using Holdfast.Inventory.Core;
using Holdfast.Orders.Placement;

namespace Holdfast.Orders.Core;

/// <summary>An order to be placed. It contains no prices.</summary>
public sealed record PlaceCommand : OrderDetails
{
    public required Guid OrderId { get; init; }

    /// <summary>A new one is given for each attempt, so that a number that is taken costs another attempt only.</summary>
    public string Number { get; set; } = "";
    public required Guid StoreId { get; init; }

    /// <summary>Each variant once, in the order they were named.</summary>
    public required IReadOnlyList<StockLine> Lines { get; init; }

    /// <summary>The account that places; null for a guest, who is found or made by email.</summary>
    public Guid? CustomerId { get; init; }
    public required string Email { get; init; }
    public required string EmailKey { get; init; }

    public string? Name { get; init; }

    /// <summary>The language the buyer asked for, <c>vi</c> or <c>en</c>; null: that of the store's currency.</summary>
    public string? Locale { get; init; }

    /// <summary>Null: the first that is allowed.</summary>
    public PaymentMethod? PaymentMethod { get; init; }
    public long? ExpectedTotal { get; init; }

    /// <summary>A discount code as codes are compared; null: none.</summary>
    public string? DiscountKey { get; init; }

    /// <summary>Another one, where the store lets them be combined.</summary>
    public string? SecondDiscountKey { get; init; }

    /// <summary>The codes that were named, each once.</summary>
    public IEnumerable<string> DiscountKeys => new[] { DiscountKey, SecondDiscountKey }.OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Loyalty points the buyer wants to pay with; at most as many as the total takes are used.</summary>
    public long RedeemPoints { get; init; }

    /// <summary>What delivery costs, where whoever works for the shop knows better than the store's rates; minor units.</summary>
    public long? ShippingFee { get; init; }

    /// <summary>A stand-alone reservation that the order takes over.</summary>
    public Guid? ReservationId { get; init; }

    /// <summary>Who places, for the history.</summary>
    public required string Actor { get; init; }

    /// <summary>The normalised email of its account that a mailed link has proved; null: none, or a guest's.</summary>
    public string? ProvedEmail { get; private set; }

    /// <summary>Whether spellings of one mailbox are one buyer; see <see cref="Mailboxes"/>.</summary>
    public bool FoldsMailboxes { get; private set; } = true;

    /// <summary>
    /// Whether nothing shows that the buyer is who they say: a guest, or an account with a mailbox that may be anybody's. Not what the shop
    /// itself places.
    /// </summary>
    public bool IsStrangers => IsCapped && ProvedEmail is null;

    /// <summary>The address that it came from; null: none of the network.</summary>
    public string? Client { get; init; }

    /// <summary>What the email reaches that a stranger names, or has given their account; null where they have proved one.</summary>
    public string? ClaimedMailbox => IsStrangers ? Mailbox(EmailKey) : null;

    /// <summary>The keys that identify the buyer.</summary>
    public BuyerKeys Keys => BuyerKeys.Of(CustomerId, Mailbox(CustomerId is null ? EmailKey : ProvedEmail), ContactPhone);

    /// <summary>The same as hashes; set where unpaid orders are limited, and needed only then.</summary>
    public BuyerHashes? Buyer { get; set; }

    /// <summary>Whether the limits on unpaid orders apply; they do not for callers who work for the shop.</summary>
    public bool IsCapped { get; init; } = true;

    /// <summary>What other modules write in the same commit.</summary>
    public IReadOnlyList<CommitParticipant> Participants { get; init; } = [];

    /// <summary>Notes what is known of the buyer by now.</summary>
    public void Know(string? provedEmail, bool foldsMailboxes) =>
        (ProvedEmail, FoldsMailboxes, Buyer) = (provedEmail, foldsMailboxes, null);

    private string? Mailbox(string? emailKey) => emailKey is null || !FoldsMailboxes ? emailKey : Mailboxes.Of(emailKey);
}

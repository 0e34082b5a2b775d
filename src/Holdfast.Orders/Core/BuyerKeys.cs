namespace Holdfast.Orders.Core;

/// <summary>
/// The keys that identify a buyer. An account is identified by its id and, once a mailed link has proved it, by its mailbox; a guest by the
/// mailbox and phone that they name. What guests do counts against guests alone, so that nobody can block an account by naming its email or
/// phone. See docs/adr/0018.
/// </summary>
/// <param name="Counted">The keys under which an order is counted; the first one identifies the buyer.</param>
/// <param name="Known">The keys that belong to this buyer, without the phone.</param>
/// <param name="Phone">The key of a guest's phone; null for an account, or if the phone identifies nobody.</param>
public sealed record BuyerKeys(IReadOnlyList<string> Counted, IReadOnlyList<string> Known, string? Phone)
{
    private const string OfPhones = "phone:";

    /// <summary>The keys whose purchases count against this buyer.</summary>
    public IEnumerable<string> Asked => Phone is null ? Known : Known.Append(Phone);

    /// <summary>The key of the phone among those of an order; null: none.</summary>
    public static string? PhoneAmong(IEnumerable<string> keys) =>
        keys.FirstOrDefault(k => k.StartsWith(OfPhones, StringComparison.Ordinal) && !k.Contains('@', StringComparison.Ordinal));

    /// <param name="mailbox">The mailbox that the email reaches; for an account, only if it was proved.</param>
    /// <param name="phone">As the order has it.</param>
    public static BuyerKeys Of(Guid? account, string? mailbox, string phone)
    {
        var digits = PhoneDigits.Of(phone) is { } telling ? OfPhones + telling : null;
        string[] phones = digits is null ? [] : [digits];
        if (account is not { } id)
        {
            return new BuyerKeys([mailbox!, .. phones], [mailbox!, Proved(mailbox!)], digits);
        }

        string[] own = mailbox is null ? [OfAccount(id)] : [Proved(mailbox), OfAccount(id)];
        return new BuyerKeys([.. own, .. phones], own, null);
    }

    /// <summary>The key of an account, whatever its email.</summary>
    public static string OfAccount(Guid id) => $"account:{id}";

    private static string Proved(string mailbox) => $"mailbox:{mailbox}";
}

using System.Diagnostics;
using Holdfast.Platform;

namespace Holdfast.Promotions.Core;

/// <summary>
/// The codes that a batch needs, with their live uses in total and by buyer, and the rules for using them. Buyers are keys of the caller's.
/// Every change is a ledger row, so a command is undone by taking its rows back.
/// </summary>
public sealed class DiscountBook
{
    private readonly Dictionary<Guid, Entry> _entries;
    private readonly Dictionary<(Guid? StoreId, string CodeKey), Entry> _byKey;
    private readonly Dictionary<(Guid CodeId, string Buyer), long> _byBuyer;
    private readonly List<DiscountUse> _uses = [];

    /// <param name="codes">Read under lock where uses will be written.</param>
    /// <param name="uses">Live uses; those of codes with a limit per customer, for every buyer that will be asked about.</param>
    public DiscountBook(IReadOnlyCollection<DiscountCode> codes, IEnumerable<(Guid CodeId, string Buyer, long Uses)> uses)
    {
        _entries = codes.ToDictionary(c => c.Id, c => new Entry(c));
        _byKey = _entries.Values.ToDictionary(e => (e.Code.StoreId, e.Code.CodeKey));
        _byBuyer = uses.ToDictionary(u => (u.CodeId, u.Buyer), u => u.Uses);
    }

    /// <summary>A new book with nothing in it.</summary>
    public static DiscountBook Empty => new([], []);

    /// <summary>The ledger rows to be written, in order.</summary>
    public IReadOnlyList<DiscountUse> Uses => _uses;

    /// <summary>The codes whose live uses differ from what was read, with their new number.</summary>
    public IEnumerable<(DiscountCode Code, long Used)> Changed =>
        _entries.Values.Where(e => e.Used != e.Code.Used).Select(e => (e.Code, e.Used));

    public bool IsChanged => _uses.Count > 0;

    /// <summary>
    /// The code that the key means in a store: the store's own before one for all stores. Null: unknown, or with amounts of another
    /// currency.
    /// </summary>
    public DiscountCode? Find(Guid storeId, string currency, string codeKey) =>
        _byKey.TryGetValue((storeId, codeKey), out var own) ? own.Code
        : _byKey.TryGetValue((null, codeKey), out var all) && (all.Code.Currency is null || all.Code.Currency == currency) ? all.Code
        : null;

    public DiscountCode? Find(Guid codeId) => _entries.GetValueOrDefault(codeId)?.Code;

    /// <summary>Live uses of the code, as the book has them now.</summary>
    public long Used(Guid codeId) => _entries.GetValueOrDefault(codeId)?.Used ?? 0;

    /// <summary>Whether each customer may use the code only so often.</summary>
    public bool IsLimited(Guid codeId) => _entries[codeId].Code.UsageLimitPerCustomer is not null;

    /// <summary>
    /// What stands in the way of the buyer's using the code now, or null: <c>discount_not_active</c> (inactive, not yet, over),
    /// <c>discount_minimum_not_met</c>, <c>discount_used_up</c> (in total or by this buyer). A code that is not in the book is unknown.
    /// </summary>
    public Error? Check(DiscountCode code, long eligibleSubtotal, string buyer, DateTime now) =>
        Check(code, eligibleSubtotal, [buyer], now);

    /// <summary>As the other; of a buyer who is known by several keys, under each of which uses may have been counted.</summary>
    public Error? Check(DiscountCode code, long eligibleSubtotal, IReadOnlyList<string> buyerKeys, DateTime now)
    {
        if (!_entries.TryGetValue(code.Id, out var entry))
        {
            return PromotionErrors.Unknown;
        }

        var rule = entry.Code;
        if (!rule.Active || now < rule.StartsAt || now >= rule.EndsAt)
        {
            return PromotionErrors.NotActive;
        }

        return eligibleSubtotal < rule.MinimumSubtotal ? PromotionErrors.MinimumNotMet(rule.MinimumSubtotal.Value)
            : buyerKeys.Any(buyer => IsUsedUp(entry, buyer)) ? PromotionErrors.UsedUp
            : null;
    }

    /// <summary>
    /// Counts the use that a new order makes. The caller has asked <see cref="Check"/>; a use beyond a limit is a bug and throws.
    /// </summary>
    /// <param name="phone">A key under which the use counts besides the buyer's. Whether it has reached a limit is not asked: it may be an
    /// account's, whose uses count against guests with this phone, and not the other way round.</param>
    public void Use(DiscountCode code, Guid orderId, Guid storeId, string buyer, long amount, string? phone = null)
    {
        var entry = _entries.GetValueOrDefault(code.Id) ?? throw new UnreachableException($"discount code {code.Id} is not in the book");
        if (IsUsedUp(entry, buyer))
        {
            throw new InvalidOperationException($"discount code {code.Id} would be used beyond its limit");
        }

        Change(entry, new DiscountUse(code.Id, orderId, storeId, buyer, 1, amount, IsFirst: true) { Phone = phone });
    }

    /// <summary>
    /// Counts the use of an order whose use was given back once before: it expired and was then paid. Only the limits are asked. False, and
    /// nothing changes, when the code is used up or gone.
    /// </summary>
    /// <param name="isKnownByPhone">A guest's limits are asked under the phone, too.</param>
    public bool TryUseAgain(Guid codeId, Guid orderId, Guid storeId, string buyer, long amount, string? phone = null,
        bool isKnownByPhone = false)
    {
        if (!_entries.TryGetValue(codeId, out var entry) || IsUsedUp(entry, buyer) || (isKnownByPhone && IsUsedUp(entry, phone ?? buyer)))
        {
            return false;
        }

        Change(entry, new DiscountUse(codeId, orderId, storeId, buyer, 1, amount, IsFirst: false) { Phone = phone });
        return true;
    }

    /// <summary>Gives the live use of an order back: it was cancelled or has expired.</summary>
    public void GiveBack(Guid codeId, Guid orderId, Guid storeId, string buyer, string? phone = null)
    {
        var entry = _entries.GetValueOrDefault(codeId) ?? throw new UnreachableException($"discount code {codeId} is not in the book");
        if (entry.Used == 0)
        {
            throw new InvalidOperationException($"discount code {codeId} has no use to give back");
        }

        Change(entry, new DiscountUse(codeId, orderId, storeId, buyer, -1, 0, IsFirst: false) { Phone = phone });
    }

    /// <summary>A point to come back to.</summary>
    public int Savepoint() => _uses.Count;

    /// <summary>Undoes everything since the savepoint.</summary>
    public void Undo(int savepoint)
    {
        for (var i = _uses.Count - 1; i >= savepoint; i--)
        {
            Count(_entries[_uses[i].CodeId], _uses[i], -_uses[i].Delta);
        }

        _uses.RemoveRange(savepoint, _uses.Count - savepoint);
    }

    private bool IsUsedUp(Entry entry, string buyer) =>
        entry.Used >= entry.Code.UsageLimit || _byBuyer.GetValueOrDefault((entry.Code.Id, buyer)) >= entry.Code.UsageLimitPerCustomer;

    private void Change(Entry entry, DiscountUse use)
    {
        Count(entry, use, use.Delta);
        _uses.Add(use);
    }

    private void Count(Entry entry, DiscountUse use, int delta)
    {
        entry.Used += delta;
        foreach (var key in use.Phone is { } phone ? [use.Buyer, phone] : new[] { use.Buyer })
        {
            _byBuyer[(entry.Code.Id, key)] = _byBuyer.GetValueOrDefault((entry.Code.Id, key)) + delta;
        }
    }

    private sealed class Entry(DiscountCode code)
    {
        public DiscountCode Code { get; } = code;

        public long Used { get; set; } = code.Used;
    }
}

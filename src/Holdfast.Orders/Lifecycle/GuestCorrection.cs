using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Orders.Core;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Lifecycle;

/// <summary>
/// Goes along when staff correct the email or the name of a guest's order: then it is the order of the guest who has the right email, by
/// which it is found, by which the link to it is mailed
/// again, and whose account it joins when somebody proves the mailbox. A guest with orders in this store alone gets the right name, too.
/// </summary>
internal sealed class GuestCorrection(EditCommand edit, Guid guestId) : CommitParticipant
{
    private readonly string? _key = edit.Email is null ? null : Emails.Key(edit.Email);
    private DateTime _now;
    private Guid? _made;

    public override int Rank => LockRank.Guests;

    public override async Task LoadAsync(Tx tx, IReadOnlyList<CommitParticipant> all)
    {
        var now = await tx.NowAsync();
        var corrections = all.Cast<GuestCorrection>().ToList();
        var missing = corrections.Where(c => c._key is not null).Select(c => (c._key!, c.Edit.Email!, c.Edit.Name)).ToList();
        var guests = await CustomerStore.CreateMissingGuestsAsync(tx, missing, now);
        await CustomerStore.LockGuestsAsync(tx, [.. corrections.Select(c => c.Guest(guests)).Distinct()]);
        foreach (var correction in corrections)
        {
            correction._now = now;
            correction._made = correction._key is not null && guests[correction._key].IsNew ? correction.Guest(guests) : null;
            correction.Edit.GuestId = correction._key is null ? null : correction.Guest(guests);
        }
    }

    public override Error? Decide(Order order, DateTime now) => null;

    public override void Undo()
    {
    }

    public override void Save(StatementBatch batch, Order order)
    {
        if (Edit.Name is { } name && order.IsGuest)
        {
            CustomerStore.RenameGuest(batch, order.CustomerId, name, _now,
                "NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = users.id AND o.store_id <> {0})", order.StoreId);
        }
    }

    /// <summary>The guest who was made for it goes, unless another correction of the batch has given them an order.</summary>
    public override void SaveRefused(StatementBatch batch)
    {
        if (_made is { } guest)
        {
            CustomerStore.RemoveGuest(batch, guest, "NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = users.id)");
        }
    }

    private EditCommand Edit => edit;

    private Guid Guest(Dictionary<string, (Guid Id, bool IsNew)> guests) => _key is null ? guestId : guests[_key].Id;
}

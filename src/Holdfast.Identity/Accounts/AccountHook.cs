using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.Accounts;

/// <summary>
/// What another module has to do about its own rows when an account ends or takes a guest's place. Register one as a service of this
/// type; unless it says otherwise it runs in the account's transaction, after the user's row was locked.
/// </summary>
public abstract class AccountHook
{
    /// <summary>
    /// Called when the account is about to be closed: removes what is small, or returns why the account cannot be closed.
    /// </summary>
    public virtual Task<Error?> CloseAsync(Tx tx, Account account, DateTime now) => Task.FromResult<Error?>(null);

    /// <summary>
    /// Called after the account was closed: removes the next part of what is personal, in a transaction of its own, small enough that
    /// nobody waits for it. Nothing new comes; what exists may still change.
    /// </summary>
    public virtual Task<AccountRemainder> EraseAsync(Tx tx, ClosingAccount account, DateTime now) =>
        Task.FromResult(AccountRemainder.Nothing);

    /// <summary>
    /// The account has proved that the guest's email is its own: the next part of the guest's data becomes the account's, in a transaction
    /// of its own if there is much. Returns the number of orders, and what is left.
    /// </summary>
    public virtual Task<(int Orders, AccountRemainder Left)> JoinAsync(Tx tx, JoiningGuest guest, DateTime now) =>
        Task.FromResult((0, AccountRemainder.Nothing));
}

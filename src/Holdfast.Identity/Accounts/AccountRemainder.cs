namespace Holdfast.Identity.Accounts;

/// <summary>What a slice of closing an account, or of joining a guest, has left.</summary>
public enum AccountRemainder
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Something that cannot go yet: an order that a late payment has brought back to life.</summary>
    Later,

    /// <summary>More of the same: the next slice may follow.</summary>
    More,
}

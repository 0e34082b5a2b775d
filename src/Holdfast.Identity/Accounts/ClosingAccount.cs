namespace Holdfast.Identity.Accounts;

/// <summary>An account that is closed, of which something personal may be left.</summary>
/// <param name="Actor">Who has closed it, as <see cref="Account.Actor"/> says it.</param>
public sealed record ClosingAccount(Guid Id, string Actor)
{
    /// <summary>What is being worked on, where it is too large for one slice; kept until the next.</summary>
    public Guid? Part { get; set; }

    /// <summary>How far into <see cref="Part"/> it has come.</summary>
    public int Done { get; set; }
}

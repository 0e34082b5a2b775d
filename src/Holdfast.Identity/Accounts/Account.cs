using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Accounts;

/// <summary>Somebody who can sign in.</summary>
/// <param name="Stores">The stores a staff member or service works for.</param>
public sealed record Account(Guid Id, Role Role, string Email, string? Name, IReadOnlyList<Guid> Stores)
{
    /// <summary>The most stores of one account: its token names them all, and proxies pass no header of more than 8 KiB.</summary>
    public const int MaxStores = 100;

    /// <summary>When a mailed link showed that the mailbox is theirs; null: not yet.</summary>
    public DateTime? EmailProvedAt { get; init; }

    /// <summary>Tokens of an earlier one are refused: the password was changed since, or the account disabled.</summary>
    internal int TokenGeneration { get; init; }

    /// <summary>As <see cref="Caller.Actor"/> says it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Actor => $"{Role.ToString().ToLowerInvariant()}:{Id}";

    /// <summary>The roles that an account can have: <c>customer</c>, <c>staff</c>, <c>service</c>, <c>admin</c>.</summary>
    public static bool TryRole(string? text, out Role role)
    {
        role = text switch
        {
            "customer" => Role.Customer,
            "staff" => Role.Staff,
            "service" => Role.Service,
            "admin" => Role.Admin,
            _ =>
            Role.Guest
        };
        return role != Role.Guest;
    }
}

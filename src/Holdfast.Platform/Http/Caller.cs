namespace Holdfast.Platform.Http;

/// <summary>What a caller may be.</summary>
public enum Role
{
    Guest,
    Customer,
    Staff,
    Service,
    Admin,
}

/// <summary>Who is asking. Every request has one; without a token it is <see cref="Guest"/>.</summary>
/// <param name="Subject">The user's id, or null for a guest.</param>
/// <param name="Stores">The stores a staff member or service may manage.</param>
public sealed record Caller(Guid? Subject, Role Role, string? Email, string? Name, IReadOnlySet<Guid> Stores)
{
    /// <summary>What an API key may do, such as <c>orders:read</c>; null: all that its role may.</summary>
    public IReadOnlySet<string>? Scopes { get; init; }

    public static readonly Caller Guest = new(null, Role.Guest, null, null, new HashSet<Guid>());

    /// <summary>The engine itself: sweeps, imports, the command line.</summary>
    public static readonly Caller System = new(null, Role.Admin, null, "system", new HashSet<Guid>());

    /// <summary>Who did it, for histories: <c>guest</c>, <c>system</c>, <c>customer:ID</c>, <c>staff:ID</c>, ...</summary>
    public string Actor => Role switch
    {
        Role.Guest => "guest",
        _ when Subject is null => "system",
        Role.Customer => $"customer:{Subject}",
        Role.Staff => $"staff:{Subject}",
        Role.Service => $"service:{Subject}",
        _ => $"admin:{Subject}",
    };

    /// <summary>
    /// The first part of the scope of an idempotency key. Guests have none: what they prove instead is for each route to say.
    /// </summary>
    public string Scope => Subject?.ToString() ?? "system";

    /// <summary>Whether this caller works for the store.</summary>
    public bool Manages(Guid storeId) => Role == Role.Admin || (Role is Role.Staff or Role.Service && Stores.Contains(storeId));
}

/// <summary>Who may call a route at all; which rows they see is the use case's to decide.</summary>
public enum Access
{
    /// <summary>With or without a token; a token that is sent must still be valid.</summary>
    Anyone,

    /// <summary>Any valid token.</summary>
    SignedIn,

    /// <summary>Staff and admins.</summary>
    Staff,

    /// <summary>Staff, admins and other systems.</summary>
    StaffOrService,

    /// <summary>Admins.</summary>
    Admin,
}

/// <summary>Turns a bearer token into a caller. Identity plugs its own in; tests plug in theirs.</summary>
public interface ITokenReader
{
    /// <summary>The caller, or null when the token is not valid (any more).</summary>
    ValueTask<Caller?> ReadAsync(string token);
}

namespace Holdfast.Platform.Http.Routing;

/// <summary>The caller of a request. Every request has one; without a token it is <see cref="Guest"/>.</summary>
/// <param name="Subject">The user's id, or null for a guest.</param>
/// <param name="Stores">The stores a staff member or service may manage.</param>
public sealed record Caller(Guid? Subject, Role Role, string? Email, string? Name, IReadOnlySet<Guid> Stores)
{
    /// <summary>What an API key may do, such as <c>orders:read</c>; null: everything that its role may do.</summary>
    public IReadOnlySet<string>? Scopes { get; init; }

    public static readonly Caller Guest = new(null, Role.Guest, null, null, new HashSet<Guid>());

    /// <summary>Holdfast itself: sweeps, imports, the command line.</summary>
    public static readonly Caller System = new(null, Role.Admin, null, "system", new HashSet<Guid>());

    /// <summary>The caller's name in histories: <c>guest</c>, <c>system</c>, <c>customer:ID</c>, <c>staff:ID</c>, ...</summary>
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
    /// The first part of the scope of an idempotency key. Guests have none: each route decides what they have to prove instead.
    /// </summary>
    public string Scope => Subject?.ToString() ?? "system";

    /// <summary>Whether this caller works for the store.</summary>
    public bool Manages(Guid storeId) => Role == Role.Admin || (Role is Role.Staff or Role.Service && Stores.Contains(storeId));
}

namespace Holdfast.Client;

/// <summary>A key of another system.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Name">As its maker called it.</param>
/// <param name="Hint">Its first characters, to tell keys apart.</param>
/// <param name="StoreIds">The stores that it works for.</param>
/// <param name="Scopes">What it may do, such as <c>orders:read</c>.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="LastUsedOn">The day, UTC; null: never.</param>
/// <param name="RevokedAt">Null: it is good.</param>
public sealed record ApiKey(Guid Id, string Name, string Hint, IReadOnlyList<Guid> StoreIds, IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt, DateOnly? LastUsedOn, DateTimeOffset? RevokedAt);

/// <summary>A key as it is to be.</summary>
/// <param name="Name">What you call it, at most 100 characters.</param>
/// <param name="StoreIds">1 to 100.</param>
/// <param name="Scopes">1 to 50: the first part of a path and <c>read</c> or <c>write</c>, such as <c>orders:read</c>.</param>
public sealed record ApiKeyBody(string Name, IReadOnlyList<Guid> StoreIds, IReadOnlyList<string> Scopes);

/// <summary>A key that was just made.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Key">Shown this once; give it to <see cref="HoldfastClientOptions.ApiKey"/>.</param>
/// <param name="Name">As its maker called it.</param>
/// <param name="Hint">Its first characters, to tell keys apart.</param>
/// <param name="StoreIds">The stores that it works for.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record NewApiKey(Guid Id, string Key, string Name, string Hint, IReadOnlyList<Guid> StoreIds, IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt);

/// <summary>A line of the audit log.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Actor">Who did it, such as <c>staff:ID</c>.</param>
/// <param name="Action">A word such as <c>signed_in</c>, or the route such as <c>POST /orders/{id}/ship</c>.</param>
/// <param name="Resource">The id of what was changed; null where there is none.</param>
/// <param name="StoreId">Null where it is not known, or of no store.</param>
/// <param name="Address">The client's; null once it is forgotten.</param>
public sealed record AuditLine(Guid Id, DateTimeOffset OccurredAt, string Actor, string Action, string? Resource, Guid? StoreId,
    string? Address);

/// <summary>An event or message that could not be handled.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Lane">Whose it is: a consumer, a broker, <c>mails</c> or <c>order_inbox</c>.</param>
/// <param name="Subject">The order, variant or reservation that it is about; null where it is of no event.</param>
/// <param name="Sequence">Of the event within its subject; null where it is of no event.</param>
/// <param name="Type">The event's; null where it is not known.</param>
/// <param name="Reason">Why it could not be handled.</param>
/// <param name="Payload">The first 16 KiB of it, as text.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record DeadLetter(Guid Id, string Lane, Guid? Subject, int? Sequence, string? Type, string Reason, string Payload,
    int Attempts, DateTimeOffset CreatedAt);

/// <summary>Whose dead letters are tried again.</summary>
/// <param name="Lane">A consumer, a broker, <c>mails</c> or <c>order_inbox</c>.</param>
public sealed record DeadLetterLane(string Lane);

/// <summary>What trying a lane again has begun.</summary>
/// <param name="Redriven">How many are tried again.</param>
/// <param name="Refused">How many cannot be.</param>
public sealed record DeadLettersRedriven(int Redriven, int Refused);

namespace Holdfast.Platform;

/// <summary>
/// A rejection that callers are meant to see: an HTTP status, a code that never changes, and one sentence in each language.
/// Expected failures are values of this type; bugs throw.
/// </summary>
public sealed record Error(int Status, string Code, string English, string Vietnamese)
{
    /// <summary>Further members of the problem document, e.g. <c>shortages</c>.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }

    /// <summary>Messages by request field, for 400.</summary>
    public IReadOnlyDictionary<string, string[]>? Fields { get; init; }

    /// <summary>When a retry may succeed, in seconds from now: sent as <c>Retry-After</c>.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The same error with one more member in its problem document.</summary>
    public Error With(string name, object? value)
    {
        var members = Extensions is null ? [] : new Dictionary<string, object?>(Extensions);
        members[name] = value;
        return this with { Extensions = members };
    }
}

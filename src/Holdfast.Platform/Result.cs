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

/// <summary>A value, or the error that stood in its way. The only result type of the repository.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T value) => (_value, Error) = (value, null);

    private Result(Error error) => (_value, Error) = (default, error);

    /// <summary>What stood in the way, or null.</summary>
    public Error? Error { get; }

    public bool IsOk => Error is null;

    /// <summary>The value; asking for it after a failure is a bug and throws.</summary>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"no value: {Error.Code}");

    public static implicit operator Result<T>(T value) => new(value);

    public static implicit operator Result<T>(Error error) => new(error);
}

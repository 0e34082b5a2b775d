namespace Holdfast.Platform;

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


namespace Holdfast.Client;

/// <summary>
/// Names what a call is to do, so that it is done once however often it is sent. The default makes a new key for the call, and the client's
/// own retries keep it. Give one of your own, of at most 255 characters, where your program may repeat the call after the client has given
/// up or after a restart: the first answer comes again. The same key with another body is 422 <c>idempotency_key_reused</c>.
/// </summary>
/// <param name="Value">The key as you know it; null: a new one for each call.</param>
public readonly record struct IdempotencyKey(string? Value)
{
    /// <summary>Takes a text as a key.</summary>
    public static implicit operator IdempotencyKey(string value) => new(value);

    /// <summary>Takes an id as a key.</summary>
    public static implicit operator IdempotencyKey(Guid value) => new(value.ToString());

    /// <summary>As the header has it: quoted where a comma would make it look like two keys; a new UUID where there is no value.</summary>
    public override string ToString() => Value is null ? Guid.CreateVersion7().ToString()
        : Value.Contains(',', StringComparison.Ordinal) ? $"\"{Value}\"" : Value;
}

using System.Globalization;

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

/// <summary>
/// The version of a resource that a change is meant for, sent as <c>If-Match</c>. Where the resource has another by then, the change is
/// refused with 412 <c>precondition_failed</c>.
/// </summary>
/// <param name="Version">The <c>version</c> of the record that you read.</param>
public readonly record struct IfMatch(long Version)
{
    /// <summary>Takes a version as a condition.</summary>
    public static implicit operator IfMatch(long version) => new(version);

    /// <summary>The strong ETag of the version.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"\"{Version}\"");
}

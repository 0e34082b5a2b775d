using System.Globalization;

namespace Holdfast.Client;

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

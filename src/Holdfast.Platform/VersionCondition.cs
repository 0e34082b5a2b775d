using System.Globalization;

namespace Holdfast.Platform;

/// <summary>
/// Which versions of a resource a change was meant for: the tags of <c>If-Match</c>, or a version in a body. Weak tags count like strong
/// ones: a proxy that compresses answers makes a tag weak, and the version that it names is the same.
/// </summary>
/// <param name="Versions">Null: any version, as <c>*</c> says. Empty: none, because no tag was one that we gave.</param>
public sealed record VersionCondition(IReadOnlyList<long>? Versions)
{
    public static implicit operator VersionCondition(long version) => new([version]);

    public static implicit operator VersionCondition(int version) => new([version]);

    /// <summary>Reads a list of tags, each <c>"N"</c> or <c>"N-HASH"</c>, perhaps with <c>W/</c> before it, or <c>*</c>.</summary>
    public static VersionCondition Parse(string tags)
    {
        var versions = new List<long>();
        foreach (var part in tags.Split(','))
        {
            var tag = part.Trim();
            if (tag == "*")
            {
                return new VersionCondition(Versions: null);
            }

            tag = (tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag).Trim('"').Split('-')[0];
            if (long.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                versions.Add(version);
            }
        }

        return new VersionCondition(versions);
    }

    /// <summary>Whether the change may be made to this version.</summary>
    public bool Holds(long version) => Versions is null || Versions.Contains(version);
}

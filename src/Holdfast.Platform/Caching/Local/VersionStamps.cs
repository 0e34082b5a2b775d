
namespace Holdfast.Platform.Caching.Local;

/// <summary>
/// The versions of a document's names before it was read. The document is outdated as soon as one of the names is dropped.
/// </summary>
internal sealed class VersionStamps
{
    private readonly (int Slot, uint Version)[] _stamps;

    private VersionStamps((int, uint)[] stamps) => _stamps = stamps;

    public static VersionStamps Of(uint[] versions, string key, IReadOnlyCollection<string> tags)
    {
        var stamps = new (int, uint)[tags.Count + 2];
        stamps[0] = (0, Volatile.Read(ref versions[0]));
        stamps[1] = StampOf(key);
        var i = 2;
        foreach (var tag in tags)
        {
            stamps[i++] = StampOf(tag);
        }

        return new VersionStamps(stamps);

        (int, uint) StampOf(string name) => (MemoryLevel.Slot(name), Volatile.Read(ref versions[MemoryLevel.Slot(name)]));
    }

    public bool AreCurrent(uint[] versions)
    {
        foreach (var (slot, version) in _stamps)
        {
            if (Volatile.Read(ref versions[slot]) != version)
            {
                return false;
            }
        }

        return true;
    }
}

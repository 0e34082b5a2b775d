
namespace Holdfast.Platform.Caching.Local;

/// <summary>The names of a document as they were before it was read: stale as soon as one of them has been dropped since.</summary>
internal sealed class VersionStamps
{
    private readonly (int Slot, uint Version)[] _marks;

    private VersionStamps((int, uint)[] marks) => _marks = marks;

    public static VersionStamps Of(uint[] versions, string key, IReadOnlyCollection<string> tags)
    {
        var marks = new (int, uint)[tags.Count + 2];
        marks[0] = (0, Volatile.Read(ref versions[0]));
        marks[1] = Mark(key);
        var i = 2;
        foreach (var tag in tags)
        {
            marks[i++] = Mark(tag);
        }

        return new VersionStamps(marks);

        (int, uint) Mark(string name) => (MemoryLevel.Slot(name), Volatile.Read(ref versions[MemoryLevel.Slot(name)]));
    }

    public bool AreCurrent(uint[] versions)
    {
        foreach (var (slot, version) in _marks)
        {
            if (Volatile.Read(ref versions[slot]) != version)
            {
                return false;
            }
        }

        return true;
    }
}

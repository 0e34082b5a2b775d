using System.Diagnostics;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Caching.Local;
using Holdfast.Platform.Data;

namespace Holdfast.Tests.Caching;

/// <summary>What a process keeps in memory, and when it is worth nothing any more.</summary>
public sealed class MemoryLevelTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly MemoryLevel _memory = new(1024 * 1024);
    private readonly Document _document = Document.Of("x", 1);

    public void Dispose() => _memory.Dispose();

    [Theory]
    [InlineData("key")]
    [InlineData("tag")]
    [InlineData(InvalidatedKeys.Everything)]
    public void What_is_dropped_is_not_found_and_what_was_being_read_meanwhile_is_not_kept(string name)
    {
        Put(_memory.Stamp("key", ["tag"]));
        Assert.Same(_document, _memory.Find("key"));
        var reading = _memory.Stamp("key", ["tag"]);
        _memory.Drop([name]);
        Assert.Null(_memory.Find("key"));
        Put(reading);
        Assert.Null(_memory.Find("key"));
        Put(_memory.Stamp("key", ["tag"]));
        Assert.Same(_document, _memory.Find("key"));
        _memory.Drop(["other"]);
        Assert.Same(_document, _memory.Find("key"));
    }

    [Fact]
    public void An_old_entry_is_believed_only_while_others_are_heard_of()
    {
        var old = Stopwatch.GetTimestamp() - (2 * Ticks(MemoryLevel.Trust));
        _memory.Put("key", _document, _memory.Stamp("key", []), old, Hour);
        Assert.Null(_memory.Find("key"));
        _memory.Confirm(Stopwatch.GetTimestamp() + Ticks(Hour));
        Assert.Same(_document, _memory.Find("key"));

        // A message from before proves nothing, and takes nothing back.
        _memory.Confirm(old);
        Assert.Same(_document, _memory.Find("key"));
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private void Put(VersionStamps stamps) => _memory.Put("key", _document, stamps, Stopwatch.GetTimestamp() + Ticks(Hour), Hour);
}

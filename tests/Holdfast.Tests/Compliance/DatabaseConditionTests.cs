using System.Collections.Concurrent;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Compliance;

/// <summary>The log tells once that the database cannot be used, and once that it works again, however many callers notice.</summary>
public sealed class DatabaseConditionTests
{
    private const string Full = "Error: The database cannot be used now, callers get 503: the disk is full";

    private readonly DatabaseCondition _condition = new();
    private readonly Lines _log = new();

    [Fact]
    public async Task Many_callers_are_one_line_and_so_is_the_end()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => Note("the disk is full"))));
        Assert.Equal([Full], _log.Said);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => _condition.Works())));
        Assert.Equal(2, _log.Said.Count);
        Assert.StartsWith("Information: The database works again, after 0 s", _log.Said[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_had_begun_before_says_nothing()
    {
        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        Note("the disk is full");
        _condition.Works(begun - 1);
        Assert.Equal([Full], _log.Said);
        _condition.Works(System.Diagnostics.Stopwatch.GetTimestamp());
        Assert.Equal(2, _log.Said.Count);
    }

    [Fact]
    public void The_same_reason_is_told_again_after_it_has_worked()
    {
        Note("the disk is full");
        _condition.Works();
        Note("the disk is full");
        Assert.Equal([Full, Full], _log.Said.Where(l => l.StartsWith("Error", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_reason_is_one_line_however_they_take_turns()
    {
        Note("the disk is full");
        Note("connection refused");
        Note("connection refused");
        Note("the disk is full");
        Assert.Equal([Full, Full.Replace("the disk is full", "connection refused", StringComparison.Ordinal)], _log.Said);
        _condition.Works();
        Assert.Equal(3, _log.Said.Count);
    }

    [Fact]
    public void A_state_that_callers_meet_in_other_words_is_one_line()
    {
        _condition.Note(_log, new IOException("the disk is full"), "full");
        _condition.Note(_log, new IOException("no room for a row"), "full");
        _condition.Note(_log, new IOException("connection refused"), "away");
        Assert.Equal([Full, Full.Replace("the disk is full", "connection refused", StringComparison.Ordinal)], _log.Said);
    }

    [Fact]
    public void A_reason_of_several_lines_is_one_line()
    {
        Note("the disk\nis\r\nfull");
        Assert.Equal([Full], _log.Said);
    }

    private void Note(string reason) => _condition.Note(_log, new IOException(reason));

    private sealed class Lines : ILogger
    {
        private readonly ConcurrentQueue<string> _said = new();

        public IReadOnlyList<string> Said => [.. _said];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            _said.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}

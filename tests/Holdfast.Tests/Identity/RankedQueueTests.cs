using System.Net;
using Holdfast.Identity.SignIn;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Identity;

/// <summary>Who comes first where many want to have a password looked at.</summary>
public sealed class RankedQueueTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Ends a test that would hang.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_best_rank_is_first_and_within_a_rank_who_came_first()
    {
        var queue = new RankedQueue(slots: 1, places: 10, ranks: 3);
        Assert.True(await queue.EnterAsync(2, None));
        var order = new List<string>();
        var all = new[] { ("guess 1", 2), ("guess 2", 2), ("new 1", 1), ("known", 0),
            ("new 2", 1) }.Select(c => WaitAsync(c.Item1, c.Item2)).ToList();
        queue.Leave();
        await Task.WhenAll(all).WaitAsync(Patience);
        // The fourth turn is the worst rank's: it does not wait for ever.
        Assert.Equal(["known", "new 1", "new 2", "guess 1", "guess 2"], order);

        async Task WaitAsync(string name, int rank)
        {
            Assert.True(await queue.EnterAsync(rank, None));
            order.Add(name);
            queue.Leave();
        }
    }

    [Fact]
    public async Task The_worst_rank_gets_every_fourth_turn_while_others_keep_coming()
    {
        var queue = new RankedQueue(slots: 1, places: 100, ranks: 3);
        Assert.True(await queue.EnterAsync(0, None));
        var guess = queue.EnterAsync(2, None);
        var others = Enumerable.Range(0, 20).Select(_ => queue.EnterAsync(1, None)).ToList();
        for (var i = 0; i < 4; i++)
        {
            Assert.False(guess.IsCompleted);
            queue.Leave();
        }

        // A turn is heard of a moment after it is given.
        Assert.True(await guess.WaitAsync(Patience));
        Assert.All(await Task.WhenAll(others.Take(3)).WaitAsync(Patience), Assert.True);
        Assert.DoesNotContain(others.Skip(3), o => o.IsCompleted);
    }

    [Fact]
    public async Task When_all_places_are_taken_the_last_of_the_worst_rank_gives_way_to_a_better_one_alone()
    {
        var queue = new RankedQueue(slots: 1, places: 3, ranks: 3);
        Assert.True(await queue.EnterAsync(2, None));
        var (first, second, third) = (queue.EnterAsync(2, None), queue.EnterAsync(2, None), queue.EnterAsync(1, None));
        Assert.False(await queue.EnterAsync(2, None));
        var better = queue.EnterAsync(1, None);
        Assert.False(await second.WaitAsync(Patience));
        var known = queue.EnterAsync(0, None);
        Assert.False(await first.WaitAsync(Patience));
        Assert.False(await queue.EnterAsync(1, None));
        queue.Leave();
        Assert.True(await known.WaitAsync(Patience));
        queue.Leave();
        Assert.True(await third.WaitAsync(Patience));
        queue.Leave();
        Assert.True(await better.WaitAsync(Patience));
    }

    [Fact]
    public async Task Who_goes_away_gives_the_place_back_and_never_the_turn_twice()
    {
        var queue = new RankedQueue(slots: 1, places: 1, ranks: 2);
        Assert.True(await queue.EnterAsync(0, None));
        using var gone = new CancellationTokenSource();
        var waiting = queue.EnterAsync(0, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queue.EnterAsync(0, gone.Token));
        var next = queue.EnterAsync(0, None);
        queue.Leave();
        Assert.True(await next.WaitAsync(Patience));
        queue.Leave();
        Assert.True(await queue.EnterAsync(1, None));
        Assert.False(queue.EnterAsync(1, None).IsCompleted);
    }

    [Fact]
    public void Addresses_that_failed_are_remembered_for_a_while_and_not_without_end()
    {
        var clock = new Clock();
        var failures = new RecentFailures(clock);
        var address = IPAddress.Parse("198.51.100.7");
        Assert.False(failures.Has(address));
        failures.Add(address);
        Assert.True(failures.Has(address));
        clock.Now += TimeSpan.FromMinutes(11);
        Assert.False(failures.Has(address));
        for (var i = 0; i < 30_000; i++)
        {
            failures.Add(new IPAddress(i));
            Assert.InRange(failures.Count, 1, 10_001);
        }
    }
}

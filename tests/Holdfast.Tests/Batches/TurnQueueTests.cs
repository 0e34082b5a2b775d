using Holdfast.Platform.Data;

namespace Holdfast.Tests.Batches;

public sealed class TurnQueueTests
{
    private static readonly Guid Busy = Guid.CreateVersion7();

    [Fact]
    public void A_key_with_one_item_is_next_after_one_turn_of_a_busy_one()
    {
        using var queue = new TurnQueue<int>(1000, parallel: 2);
        Add(queue, Busy, 300);
        Assert.Equal(100, Take(queue, 100, out _).Count);
        Add(queue, Guid.CreateVersion7(), 1);
        // The busy one was in line already; after its turn comes the quiet one, alone.
        Assert.Equal(100, Take(queue, 100, out _).Count);
        Assert.Single(Take(queue, 100, out var turn));
        queue.Done(turn!);
    }

    [Fact]
    public void Keys_with_few_items_share_a_turn_and_a_busy_one_has_its_own()
    {
        using var queue = new TurnQueue<int>(1000, parallel: 2);
        for (var i = 0; i < 10; i++)
        {
            Add(queue, Guid.CreateVersion7(), 3);
        }

        Add(queue, Busy, 200);
        Assert.Equal(30, Take(queue, 512, out var small).Count);
        Assert.Equal(10, small!.Count);
        Assert.Equal(200, Take(queue, 512, out _).Count);
    }

    [Fact]
    public void No_more_takers_than_allowed_have_items_of_a_key()
    {
        using var queue = new TurnQueue<int>(1000, parallel: 2);
        Add(queue, Busy, 1);
        Assert.Single(Take(queue, 10, out var first));
        Add(queue, Busy, 1);
        Assert.Single(Take(queue, 10, out var second));
        Add(queue, Busy, 1);
        Assert.Empty(Take(queue, 10, out _));
        queue.Done(first!);
        Assert.Single(Take(queue, 10, out _));
        queue.Done(second!);
    }

    [Fact]
    public void A_busy_key_has_one_taker_while_another_key_is_worked_on()
    {
        using var queue = new TurnQueue<int>(1000, parallel: 2);
        Add(queue, Busy, 300);
        Assert.Equal(100, Take(queue, 100, out var first).Count);
        queue.Done(first!);
        Add(queue, Guid.CreateVersion7(), 1);
        Assert.Equal(100, Take(queue, 100, out _).Count);
        Assert.Single(Take(queue, 100, out var quiet));
        Assert.Empty(Take(queue, 100, out _));
        queue.Done(quiet!);
        Assert.Equal(100, Take(queue, 100, out _).Count);
    }

    [Fact]
    public void A_full_key_refuses_and_never_another_key()
    {
        using var queue = new TurnQueue<int>(100, parallel: 2);
        Add(queue, Busy, 100);
        Assert.False(queue.TryAdd(Busy, 0));
        for (var key = 1; key < 4; key++)
        {
            Add(queue, Guid.CreateVersion7(), 100);
        }

        Assert.False(queue.TryAdd(Busy, 0));
        var quiet = Guid.CreateVersion7();
        Add(queue, quiet, 64);
        // All together have four times what one may have: beyond that a key keeps a few places of its own, and no more.
        Assert.False(queue.TryAdd(quiet, 0));
        Add(queue, Guid.CreateVersion7(), 64);
    }

    [Fact]
    public async Task What_waits_is_given_out_after_the_end_and_nothing_more_is_taken()
    {
        using var queue = new TurnQueue<int>(100, parallel: 1);
        var idle = queue.WaitAsync();
        Assert.False(idle.IsCompleted);
        Add(queue, Busy, 2);
        Assert.True(await idle);
        queue.Complete();
        Assert.False(queue.TryAdd(Busy, 0));
        Assert.True(await queue.WaitAsync());
        Assert.Equal(2, Take(queue, 10, out var turn).Count);
        queue.Done(turn!);
        Assert.False(await queue.WaitAsync());
    }

    [Fact]
    public void What_waits_can_be_taken_at_once()
    {
        using var queue = new TurnQueue<int>(100, parallel: 1);
        Add(queue, Busy, 5);
        Take(queue, 2, out var turn);
        Add(queue, Guid.CreateVersion7(), 3);
        Assert.Equal(6, queue.TakeAll().Count);
        Assert.Empty(Take(queue, 10, out _));
        queue.Done(turn!);
        Add(queue, Busy, 1);
        Assert.Single(Take(queue, 10, out _));
    }

    /// <summary>Eight takers and eight givers: each item is taken once, and each key by no more takers than allowed.</summary>
    [Fact]
    public async Task Nothing_is_lost_or_given_twice_among_many()
    {
        const int Keys = 20, Each = 2_000, Parallel = 2;
        using var queue = new TurnQueue<(Guid Key, int Item)>(Keys * Each, Parallel);
        var keys = Enumerable.Range(0, Keys).Select(_ => Guid.CreateVersion7()).ToList();
        var counts = new System.Collections.Concurrent.ConcurrentDictionary<(Guid, int), int>();
        var takers = keys.ToDictionary(k => k, _ => 0);
        var most = 0;
        var taking = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var items = new List<(Guid Key, int Item)>();
            while (await queue.WaitAsync())
            {
                items.Clear();
                if (!queue.TryTake(50, items, out var turn))
                {
                    continue;
                }

                lock (takers)
                {
                    most = Math.Max(most, turn.Max(k => ++takers[k]));
                }

                await Task.Yield();
                items.ForEach(i => counts.AddOrUpdate(i, 1, (_, n) => n + 1));
                lock (takers)
                {
                    foreach (var key in turn)
                    {
                        takers[key]--;
                    }
                }

                queue.Done(turn);
            }
        })).ToList();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(g => Task.Run(() =>
        {
            for (var i = g; i < Keys * Each; i += 8)
            {
                Assert.True(queue.TryAdd(keys[i % Keys], (keys[i % Keys], i)));
            }
        })));
        queue.Complete();
        await Task.WhenAll(taking);
        Assert.Equal(Keys * Each, counts.Count);
        Assert.All(counts.Values, n => Assert.Equal(1, n));
        Assert.InRange(most, 1, Parallel);
    }

    private static void Add(TurnQueue<int> queue, Guid key, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(queue.TryAdd(key, i));
        }
    }

    private static List<int> Take(TurnQueue<int> queue, int max, out IReadOnlyList<Guid>? turn)
    {
        var items = new List<int>();
        queue.TryTake(max, items, out turn);
        return items;
    }
}

using System.Collections.Concurrent;
using Holdfast.Platform.Background;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Background;

/// <summary>What every loop in the background relies on.</summary>
public sealed class BackgroundLoopTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);
    private static readonly Backoff Soon = Backoff.Every(TimeSpan.FromMilliseconds(1));

    private readonly ConcurrentQueue<int> _failures = new();
    private int _steps;

    [Fact]
    public async Task A_step_that_fails_is_counted_and_tried_again_and_a_success_starts_the_count_again()
    {
        var loop = Loop(step => step switch
        {
            1 or 2 or 4 => throw new InvalidOperationException("broken"),
            5 => null,
            _ => TimeSpan.Zero,
        });
        await loop.RunAsync(CancellationToken.None);
        Assert.Equal([1, 2, 1], _failures);
        Assert.Equal(5, _steps);
    }

    [Fact]
    public async Task A_long_step_that_works_starts_the_count_again()
    {
        BackgroundLoop? loop = null;
        loop = Loop(step =>
        {
            if (step == 2)
            {
                loop!.NoteSuccess();
            }

            return step == 3 ? null : throw new InvalidOperationException("broken");
        });
        await loop.RunAsync(CancellationToken.None);
        Assert.Equal([1, 1], _failures);
    }

    [Fact]
    public async Task A_signal_ends_the_wait_that_a_step_asked_for()
    {
        var signal = new WakeSignal();
        var running = Loop(step => step == 2 ? null : Never, signal).RunAsync(CancellationToken.None);
        await Until.TrueAsync("the first step", () => Task.FromResult(_steps == 1));
        signal.Wake();
        await running;
        Assert.Equal(2, _steps);
    }

    [Fact]
    public async Task A_signal_does_not_shorten_the_wait_after_a_failure()
    {
        using var stop = new CancellationTokenSource();
        var signal = new WakeSignal();
        var running = Loop(_ => throw new InvalidOperationException("broken"), signal, Backoff.Every(Never)).RunAsync(stop.Token);
        await Until.TrueAsync("the first failure", () => Task.FromResult(!_failures.IsEmpty));
        signal.Wake();
        await stop.CancelAsync();
        await running;
        Assert.Equal(1, _steps);
    }

    [Fact]
    public async Task Stopping_ends_a_wait_and_a_step_and_is_no_failure()
    {
        using var stop = new CancellationTokenSource();
        var waiting = Loop(_ => Never).RunAsync(stop.Token);
        var working = new BackgroundLoop(async ct =>
        {
            await Task.Delay(Never, ct);
            return TimeSpan.Zero;
        }, (_, failures) => _failures.Enqueue(failures)).RunAsync(stop.Token);
        var delayed = new BackgroundLoop(_ => throw new InvalidOperationException("begun"), (_, failures) => _failures.Enqueue(failures))
        {
            Delay = Never,
        }.RunAsync(stop.Token);
        await Until.TrueAsync("the first step", () => Task.FromResult(_steps == 1));
        await stop.CancelAsync();
        await Task.WhenAll(waiting, working, delayed);
        Assert.Empty(_failures);
    }

    private BackgroundLoop Loop(Func<int, TimeSpan?> step, WakeSignal? signal = null, Backoff? backoff = null) =>
        new(_ => Task.FromResult(step(Interlocked.Increment(ref _steps))), (_, failures) => _failures.Enqueue(failures))
        {
            Signal = signal,
            Backoff = backoff ?? Soon,
        };
}

using Holdfast.Identity.Core;

namespace Holdfast.Tests.Identity;

/// <summary>The rules of the lock-out, without a server.</summary>
public sealed class LockoutTests
{
    private static readonly DateTime Noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void The_wait_doubles_up_to_a_quarter_of_an_hour_and_is_forgotten_after_a_day()
    {
        Attempts? state = null;
        var now = Noon;
        var waits = new List<double>();
        for (var i = 0; i < 40; i++)
        {
            state = Lockout.Attempt(state, now).Value;
            waits.Add(((state.BlockedUntil ?? now) - now).TotalSeconds);
            Assert.Equal(state.BlockedUntil is null, Lockout.Attempt(state, now).IsOk);
            now = state.BlockedUntil ?? now;
        }

        Assert.Equal([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900], waits.Take(16));
        Assert.Equal(900, waits[^1]);
        Assert.Equal(41, Lockout.Attempt(state, now).Value.Failures);
        Assert.Equal(1, Lockout.Attempt(state, now.AddHours(24.1)).Value.Failures);
    }

    [Fact]
    public void The_answer_says_how_long_to_wait_in_whole_seconds()
    {
        var refused = Lockout.Attempt(new Attempts(9, Noon, Noon.AddSeconds(16)), Noon.AddSeconds(0.5));
        Assert.Equal(("too_many_attempts", 16), (refused.Error?.Code, refused.Error?.RetryAfterSeconds));
    }
}

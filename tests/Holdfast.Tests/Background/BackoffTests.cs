using Holdfast.Platform.Background;

namespace Holdfast.Tests.Background;

/// <summary>Waits double up to the longest, and differ by a quarter up or down.</summary>
public sealed class BackoffTests
{
    private static readonly Backoff Waits = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 400)]
    [InlineData(5, 3200)]
    [InlineData(6, 5000)]
    [InlineData(int.MaxValue, 5000)]
    [InlineData(0, 200)]
    public void Waits_double_up_to_the_longest(int failures, int milliseconds) =>
        Assert.Equal(milliseconds, Waits.After(failures, 0.5).TotalMilliseconds);

    [Fact]
    public void Waits_differ_by_a_quarter()
    {
        Assert.Equal(150, Waits.After(1, 0).TotalMilliseconds);
        Assert.Equal(250, Waits.After(1, 1).TotalMilliseconds);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(Waits.After(1).TotalMilliseconds, 150, 250));
    }

    [Fact]
    public void A_wait_that_does_not_grow_stays() =>
        Assert.Equal(1000, Backoff.Every(TimeSpan.FromSeconds(1)).After(9, 0.5).TotalMilliseconds);
}

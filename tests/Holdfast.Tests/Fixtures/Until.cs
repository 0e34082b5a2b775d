using System.Diagnostics;

namespace Holdfast.Tests.Fixtures;

/// <summary>Waiting for a condition instead of for a time.</summary>
public static class Until
{
    /// <summary>
    /// Returns as soon as the condition holds; fails with <paramref name="what"/> when it does not within the seconds given. They end a
    /// test that would hang, and are no promise of the product's: a machine that is busy with other things takes many times as long as one
    /// that is not.
    /// </summary>
    public static async Task TrueAsync(string what, Func<Task<bool>> condition, double seconds = 120)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed.TotalSeconds > seconds)
            {
                Assert.Fail($"waited {seconds} s in vain: {what}");
            }

            await Task.Delay(10);
        }
    }

    public static Task TrueAsync(string what, Func<bool> condition, double seconds = 120) =>
        TrueAsync(what, () => Task.FromResult(condition()), seconds);
}

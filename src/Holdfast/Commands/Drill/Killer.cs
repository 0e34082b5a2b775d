using System.Diagnostics;
using Holdfast.Commands.Shop;

namespace Holdfast.Commands.Drill;

/// <summary>
/// Kills the server with SIGKILL at random moments, each in its own part of the time, while requests are under way; and starts it again.
/// </summary>
internal sealed class Killer(ChildServer server, ShopClient client, int times, double seconds, Random random)
{
    private readonly List<TimeSpan> _outages = [];

    /// <summary>From each kill until the server was ready again.</summary>
    public IReadOnlyList<TimeSpan> Outages => _outages;

    public async Task ActAsync(CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            var at = TimeSpan.FromSeconds(seconds / times * (i + 0.1 + (0.6 * random.NextDouble())));
            if (at - Stopwatch.GetElapsedTime(started) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, ct);
            }

            // Of use only while somebody waits for an answer. One more kill is better than one that waits for ever.
            for (var patience = 0; client.UnderWay == 0 && patience < 200; patience++)
            {
                await Task.Delay(5, ct);
            }

            var killed = Stopwatch.GetTimestamp();
            await server.KillAsync();
            await server.StartAgainAsync(ct);
            _outages.Add(Stopwatch.GetElapsedTime(killed));
        }
    }
}

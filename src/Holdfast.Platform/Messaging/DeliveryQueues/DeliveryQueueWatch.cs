using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>
/// Warns when events wait in a delivery queue for long: nobody runs the consumer, nobody has the broker's address any more, or the broker
/// is away. Also warns when a consumer does not catch up with what a broker has lost.
/// </summary>
public sealed class DeliveryQueueWatch(Db db, ILogger<DeliveryQueueWatch> log) : Sweep(db, Interval, int.MaxValue, log)
{
    /// <summary>How long events may wait before a warning.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private IReadOnlyList<string> _old = [];

    /// <summary>The delivery queues that are not emptied, for <c>/health</c>.</summary>
    public IEnumerable<Dependency> Dependencies => _old.Select(queue => new Dependency("lane", queue, HealthStatus.Degraded, null));

    /// <summary>Checks all delivery queues. Returns how many are not emptied.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default)
    {
        // Not those of one subject: they wait because the consumer failed, and for their turn.
        var old = await Db.ReadAsync(async s =>
            await s.QueryAsync(
            "SELECT lane, MIN(since) FROM (SELECT lane, MIN(created_at) AS since FROM deliveries WHERE subject IS NULL GROUP BY lane "
            + "UNION ALL SELECT name, behind_since FROM lanes WHERE behind_since IS NOT NULL AND name <> transport) l GROUP BY lane "
            + "HAVING MIN(since) < $1 ORDER BY lane", r => (Lane: r.Text(0), Since: r.Time(1)), await s.NowAsync() - Patience), ct);
        foreach (var (queue, since) in old.Where(o => !_old.Contains(o.Lane)))
        {
            Log.LogWarning("The lane of {Lane} is behind since {Since}: no process runs it, or its broker is away. See holdfast lanes",
                queue, since);
        }

        _old = [.. old.Select(o => o.Lane)];
        return old.Count;
    }
}

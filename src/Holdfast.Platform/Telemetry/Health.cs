using System.Diagnostics;
using Holdfast.Platform.Caching.Redis;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Telemetry;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can serve, so send requests here. <c>/health</c>: each dependency
/// with its state. 503 where it cannot serve. Probes share one check, so that a database that hangs is asked once, not by every probe.
/// </summary>
public sealed class Health(Db db, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Health> log, RedisLink? redis = null,
    IEnumerable<DependencySource>? others = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan GoodFor = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private Task<double?>? _check;
    private long _checkedAt;
    private bool _wasDown;

    /// <summary><c>/health/live</c>, <c>/health/ready</c> and <c>/health</c>.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        app.Get<Health>("/health/live", Access.Anyone, (u, _) => u.LiveAsync());
        app.Get<Health>("/health/ready", Access.Anyone, (u, _) => u.ReadyAsync());
        app.Get<Health>("/health", Access.Anyone, (u, _) => u.AllAsync());
    }

    public Task<Reply> LiveAsync() => Task.FromResult(Answer(HealthStatus.Healthy, null));

    /// <summary>200 while requests may be sent here: the database answers and the process is not ending; else 503.</summary>
    public async Task<Reply> ReadyAsync() =>
        Answer(lifetime.ApplicationStopping.IsCancellationRequested ? HealthStatus.Unhealthy
        : (await DatabaseAsync()).Status, null);

    /// <summary>The state of each dependency.</summary>
    public async Task<Reply> AllAsync()
    {
        var database = await DatabaseAsync();
        Dependency[] cache = redis is null ? []
            : [new("cache", "redis", redis.IsUsable ? HealthStatus.Healthy : HealthStatus.Degraded, redis.LatencyMs)];
        Dependency[] all = [database, .. cache, .. (others ?? []).SelectMany(o => o.Ask())];
        return Answer(all.Max(d => d.Status), all);
    }

    private static Reply Answer(HealthStatus status, Dependency[]? dependencies) => Reply.Raw(status == HealthStatus.Unhealthy ? 503 : 200,
        dependencies is null ? Reply.Bytes(new { Status = status }) : Reply.Bytes(new { Status = status, Dependencies = dependencies }));

    private async Task<Dependency> DatabaseAsync()
    {
        double? latency;
        try
        {
            latency = await Check().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            latency = null;
        }

        return new Dependency("database", db.Name, latency is null ? HealthStatus.Unhealthy : HealthStatus.Healthy, latency);
    }

    /// <summary>The check under way, or the last one where it is fresh, or a new one.</summary>
    private Task<double?> Check()
    {
        lock (_gate)
        {
            if (_check is null || (_check.IsCompleted && time.GetElapsedTime(_checkedAt) > GoodFor))
            {
                _checkedAt = time.GetTimestamp();
                _check = Task.Run(AskAsync);
            }

            return _check;
        }
    }

    private async Task<double?> AskAsync()
    {
        try
        {
            var clock = Stopwatch.StartNew();
            await db.ReadAsync(s => s.FirstAsync("SELECT 1", r => r.Long(0)));
            if (_wasDown)
            {
                log.LogInformation("The database answers again");
            }

            _wasDown = false;
            return Math.Round(clock.Elapsed.TotalMilliseconds, 3);
        }
        catch (Exception e)
        {
            if (!_wasDown)
            {
                log.LogError("The database does not answer: {Reason}", e.Message);
            }

            _wasDown = true;
            return null;
        }
    }
}

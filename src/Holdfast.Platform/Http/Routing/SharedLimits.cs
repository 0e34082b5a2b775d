using System.Globalization;
using Holdfast.Platform.Caching.Redis;
using StackExchange.Redis;

namespace Holdfast.Platform.Http.Routing;

/// <summary>
/// The buckets of <see cref="RateLimits"/> that all processes share, in Redis. A bucket allows the whole limit at once, then refills evenly
/// over the window, by the clock of Redis. If Redis is away, or does not answer in time, nothing is refused here: each process counts
/// alone.
/// </summary>
public sealed class SharedLimits(RedisLink link)
{
    /// <summary>
    /// KEYS: a bucket, kept as the time at which it is full again. ARGV: milliseconds that a request takes from it, and that it holds
    /// beyond one. Answer: 0, or the milliseconds until the next request may pass; such a one takes nothing.
    /// </summary>
    private const string Take = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now) or now, now)
        local wait = full - now - ARGV[2]
        if wait > 0 then return wait end
        full = full + ARGV[1]
        redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', string.format('%.0f', full - now))
        return 0
        """;

    /// <summary>Counts a request. Returns null, or how long it has to wait.</summary>
    /// <param name="bucket">The caller and the limit, such as <c>placing:203.0.113.7</c>.</param>
    public async ValueTask<TimeSpan?> RefuseAsync(string bucket, int requests, TimeSpan window)
    {
        var each = Math.Max(1, (long)(window.TotalMilliseconds / requests));
        RedisKey[] keys = [link.Key($"limit:{bucket}")];
        RedisValue[] arguments = [Text(each), Text(each * (requests - 1))];
        var answer = await link.UseAsync(redis => redis.ScriptEvaluateAsync(Take, keys, arguments), RedisLink.ReadPatience);
        return answer is null || answer.IsNull || (long)answer <= 0 ? null : TimeSpan.FromMilliseconds((long)answer);
    }

    private static RedisValue Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

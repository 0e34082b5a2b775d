using System.Globalization;
using Holdfast.Platform.Caching.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Holdfast.Platform.Caching.Local;

/// <summary>
/// Keys in Redis whose expiry matters: every process may be told of it at once. These are hints: without Redis nothing is stored and
/// nothing is told, and a missed expiry is not told again.
/// </summary>
public sealed class ExpiringKeys
{
    private const string Setting = "notify-keyspace-events";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly RedisLink? _link;
    private readonly ILogger<ExpiringKeys> _log;
    private bool _isSaid;

    /// <summary>Create it before the connection starts: it listens from then on.</summary>
    public ExpiringKeys(ILogger<ExpiringKeys> log, RedisLink? link = null)
    {
        (_link, _log) = (link, log);
        if (link is not null)
        {
            var prefix = (string)link.Key("")!;
            link.Listen(string.Create(CultureInfo.InvariantCulture, $"__keyevent@{link.Database}__:expired"), key =>
            {
                if (key.StartsWith(prefix, StringComparison.Ordinal))
                {
                    Expired?.Invoke(key[prefix.Length..]);
                }
            });
            link.Connected += () => _ = AskForEventsAsync(link);
        }
    }

    /// <summary>Called when the key of this name has expired. Must not block.</summary>
    public event Action<string>? Expired;

    /// <summary>Whether there is a Redis to store them in.</summary>
    public bool AreKept => _link is { IsUsable: true };

    /// <summary>Sets keys, each with its time to live. Returns without waiting for Redis.</summary>
    public void Set(IReadOnlyList<(string Name, byte[] Value, TimeSpan Time)> keys) => Send((link, database) =>
    {
        foreach (var (name, value, time) in keys)
        {
            database.StringSetAsync(link.Key(name), value, time, When.Always, CommandFlags.FireAndForget);
        }
    });

    /// <summary>Removes keys, which does not count as an expiry. Returns without waiting for Redis.</summary>
    public void Remove(IReadOnlyList<string> names) =>
        Send((link, database) => database.KeyDeleteAsync([.. names.Select(link.Key)], CommandFlags.FireAndForget));

    private void Send(Action<RedisLink, IDatabase> send)
    {
        if (_link is { } link)
        {
            // Off the thread that has callers to answer.
            _ = Task.Run(() => link.UseAsync(database =>
            {
                send(link, database);
                return Task.FromResult(string.Empty);
            }, Patience));
        }
    }

    /// <summary>Adds what is missing to the server's notification flags; others may need the rest.</summary>
    private async Task AskForEventsAsync(RedisLink link)
    {
        var current = await link.UseServerAsync(s => s.ConfigGetAsync(Setting), Patience);
        var flags = current is [{ } setting, ..] ? setting.Value : "";
        var needed = flags + (flags.Contains('E', StringComparison.Ordinal) ? "" : "E")
            + (flags.Contains('x', StringComparison.Ordinal) || flags.Contains('A', StringComparison.Ordinal) ? "" : "x");
        var done = current is not null && needed == flags ? needed : await link.UseServerAsync(async s =>
        {
            await s.ConfigSetAsync(Setting, needed);
            return needed;
        }, Patience);
        if (done is null && !_isSaid)
        {
            _isSaid = true;
            _log.LogWarning(
                "Redis may not be asked to tell when keys expire ({Setting} Ex): unpaid orders are found by the sweep alone, up to half "
                + "a second later", Setting);
        }
    }
}

using System.Globalization;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Caching.Redis;
using Holdfast.Platform.Data;

namespace Holdfast.Configuration;

/// <summary>The settings of caching and of Redis.</summary>
public sealed partial record Settings
{
    private const int RedisPort = 6379;
    private const int MaxPrefixLength = 100;

    /// <summary>What is cached, where and for how long.</summary>
    public CacheOptions Cache { get; init; } = new();

    private static CacheOptions CheckedCache(IConfiguration source)
    {
        var defaults = new CacheOptions();
        return new CacheOptions
        {
            On = Switch(source, "CACHE", defaults.On),
            MemoryBytes = (long)(Number(source, "CACHE_MEMORY_MB", defaults.MemoryBytes / 1024d / 1024, 0, 1024 * 1024) * 1024 * 1024),
            Ttl = TimeSpan.FromSeconds(Number(source, "CACHE_TTL", defaults.Ttl.TotalSeconds, 1, 24 * 3600)),
            Redis = CheckedRedis(source),
        };
    }

    private static RedisOptions? CheckedRedis(IConfiguration source)
    {
        var prefix = Text(source, "REDIS_KEY_PREFIX") ?? "";
        if (prefix.Length > MaxPrefixLength || prefix.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            throw new StartupException($"REDIS_KEY_PREFIX: must have at most {MaxPrefixLength} characters and no spaces.");
        }

        var (url, host) = (Text(source, "REDIS_URL"), Text(source, "REDIS_HOST"));
        return url is not null && host is not null ? throw new StartupException("REDIS_URL and REDIS_HOST: set one of them.")
            : url is not null ? CheckedRedisUrl(url) with { KeyPrefix = prefix }
            : host is not null
            ? new RedisOptions(host, (int)Number(source, "REDIS_PORT", RedisPort, 1, ushort.MaxValue),
            (int)Number(source, "REDIS_DB", 0, 0, 1023),
                Text(source, "REDIS_PASSWORD"), KeyPrefix: prefix)
            : null;
    }

    private static RedisOptions CheckedRedisUrl(string text)
    {
        // The URL is not repeated in messages: it may hold a password.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("redis" or "rediss") || url.Host.Length == 0)
        {
            throw new StartupException(
                "REDIS_URL: must be redis://:password@host:port/database, or rediss:// where the connection is encrypted.");
        }

        var (path, user) = (url.AbsolutePath.Trim('/'), url.UserInfo.Split(':', 2));
        var database = 0;
        if (path.Length > 0 && !(int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out database) && database < 1024))
        {
            throw new StartupException("REDIS_URL: what follows the host must be the number of a database, such as /0.");
        }

        return user[0] is not ("" or "default")
            ? throw new StartupException("REDIS_URL: users other than default are not supported; give :password@ alone.")
            : new RedisOptions(url.Host, url.Port > 0 ? url.Port : RedisPort, database, user.Length > 1 ? Uri.UnescapeDataString(user[1])
            : null, url.Scheme == "rediss");
    }
}

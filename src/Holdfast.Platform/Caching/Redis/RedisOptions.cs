namespace Holdfast.Platform.Caching.Redis;

/// <summary>Where Redis is.</summary>
/// <param name="KeyPrefix">Before every key, for those who share one database of a Redis.</param>
public sealed record RedisOptions(string Host, int Port, int Database = 0, string? Password = null, bool Tls = false, string KeyPrefix = "")
{
    /// <summary>For messages: without the password.</summary>
    public override string ToString() => $"{Host}:{Port}";
}

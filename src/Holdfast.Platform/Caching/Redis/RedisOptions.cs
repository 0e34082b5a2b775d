namespace Holdfast.Platform.Caching.Redis;

/// <summary>The address of Redis.</summary>
/// <param name="KeyPrefix">The prefix of every key, for installations that share one database of a Redis.</param>
public sealed record RedisOptions(string Host, int Port, int Database = 0, string? Password = null, bool Tls = false, string KeyPrefix = "")
{
    /// <summary>The address for messages: without the password.</summary>
    public override string ToString() => $"{Host}:{Port}";
}

using StackExchange.Redis;

namespace Holdfast.Platform.Caching.Local;

/// <summary>Permission to write a document into Redis, as long as none of its names is dropped before.</summary>
internal sealed record Lease(string Key, RedisKey[] Keys, string Epoch, string Token, string[] Tokens);

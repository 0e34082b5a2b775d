using StackExchange.Redis;

namespace Holdfast.Platform.Caching.Local;

/// <summary>Leave to write a document into Redis, as long as nothing of it is dropped before.</summary>
internal sealed record Lease(string Key, RedisKey[] Keys, string Epoch, string Token, string[] Tokens);

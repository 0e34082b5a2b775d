using Holdfast.Platform.Caching.Local;

namespace Holdfast.Platform.Caching.Redis;

/// <summary>What Redis returned: a document with its time to live, or a lease, or nothing.</summary>
internal readonly record struct RedisReading(Document? Document, TimeSpan Ttl, Lease? Lease);

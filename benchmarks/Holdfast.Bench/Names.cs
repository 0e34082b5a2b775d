namespace Holdfast.Bench;

/// <summary>The names of the series, as the page and the raw file have them.</summary>
internal static class Names
{
    public const string PgbenchHot = "pgbench, hot item";
    public const string PgbenchItems = "pgbench, 1000 items";
    public const string EngineHot = "engine in process, hot item";
    public const string HttpHot = "HTTP, hot item";
    public const string HttpItems = "HTTP, 1000 items";
    public const string HttpHotP99 = "HTTP, hot item, p99 at full load";
    public const string Refusals = "HTTP, sold-out refusals";
    public const string Kestrel = "bare Kestrel, same body";
    public const string EnginePlain = "engine in process, accounts, without code and points";
    public const string EngineCharged = "engine in process, accounts, with a code and points";
    public const string EngineNewcomers = "engine in process, new accounts";
    public const string EngineCapped = "engine in process, new accounts, unpaid orders limited";
    public const string EngineAttempts = "engine in process, hot item, with attempt rows";
    public const string EngineNoAttempts = "engine in process, hot item, without attempt rows";
    public const string QuietAloneRun = "a quiet store's orders alone, p99 of a run";
    public const string QuietBesideRun = "a quiet store's orders beside a busy store, p99 of a run";
    public const string QuietAlone = "a quiet store's orders alone, p99 of all runs";
    public const string QuietBeside = "a quiet store's orders beside a busy store, p99 of all runs";
    public const string BusyBeside = "the busy store beside it";
    public const string CachedProduct = "GET a product, cached";
    public const string BareProduct = "bare Kestrel, the product's bytes";
    public const string CachedOrder = "GET an order with its owner's token, cached";
    public const string BareOrder = "bare Kestrel, the order's bytes";
    public const string CachedHot = "GET the hot item while it sells";
    public const string BareHot = "bare Kestrel, the product's bytes, while the hot item sells";
    public const string Staleness = "GET the hot item while it sells: outdated at most";
    public const string MemoryHit = "a hit in memory, in process";
    public const string MemoryHitBytes = "a hit in memory, allocated";
    public const string TokenCheck = "a token that was checked before, in process";
    public const string RedisHit = "GET a product from Redis, memory off";
    public const string DatabaseRead = "GET a product from the database, cache off";
    public const string PlacingRedisAlive = "HTTP, hot item, Redis alive";
    public const string PlacingRedisDead = "HTTP, hot item, Redis dead";
    public const string Relayed = "events relayed to RabbitMQ";
    public const string BarePublisher = "bare publisher to RabbitMQ";
    public const string PlacingRelayed = "HTTP, hot item, with the relay";
    public const string PlacingUnrelayed = "HTTP, hot item, without a relay";
    public const string PlacingFeeding = "HTTP, hot item, feeding RabbitMQ and a consumer there";
    public const string LagP50 = "from commit to a consumer of RabbitMQ at half load, p50";
    public const string LagP99 = "from commit to a consumer of RabbitMQ at half load, p99";
    public const string SqliteBatched = "SQLite, batched";
    public const string SqliteSingle = "SQLite, one commit an order";
    public const string EngineEmpty = "engine in process, empty database";
    public const string EngineFull = "engine in process, full database";
    public const string Memory = "the server's resident memory at most";
    public const string VerifySqlite = "verify, SQLite";
    public const string VerifySqliteMemory = "verify, SQLite: resident memory at most";
    public const string VerifyPostgres = "verify, PostgreSQL";
    public const string VerifyPostgresMemory = "verify, PostgreSQL: resident memory at most";
    public const string OpenP99 = "HTTP, hot item, p99 at 70%";
    public const string OpenP50 = "HTTP, hot item, p50 at 70%";
    public const string FsyncP99 = "fsync of 8 kB, p99";
}

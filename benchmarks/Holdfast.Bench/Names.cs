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
    public const string SqliteBatched = "SQLite, batched";
    public const string SqliteSingle = "SQLite, one commit an order";
    public const string EngineEmpty = "engine in process, empty database";
    public const string EngineFull = "engine in process, full database";
    public const string Memory = "the server's resident memory at most";
    public const string OpenP99 = "HTTP, hot item, p99 at 70%";
    public const string OpenP50 = "HTTP, hot item, p50 at 70%";
    public const string FsyncP99 = "fsync of 8 kB, p99";
}

using Holdfast.Platform.Data;

namespace Holdfast.Bench;

/// <summary>What many submitters reached together.</summary>
internal sealed record EngineResult(double PerSecond, long Placed);

/// <summary>The engine without HTTP: the services that the server has, and many callers that place one order after the other.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly Db _db;

    private Engine(Db db) => _db = db;

    public static Task<Engine> OpenAsync(string url, int maxBatch = 0)
    {
        _ = maxBatch;
        return Task.FromResult(new Engine(Db.Open(url)));
    }

    public Task<EngineResult> RunAsync(int items, int submitters, TimeSpan warmUp, TimeSpan measured) => throw new BenchException("not built yet");

    public ValueTask DisposeAsync() => _db.DisposeAsync();
}

using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Olist;

/// <summary>A small drill by the real command, with its kills.</summary>
[Slow]
public abstract class DrillTests(Backend backend)
{
    [Fact]
    public async Task Every_promise_holds()
    {
        await using var database = await TestDb.CreateAsync(backend, migrated: false);
        var (code, output) = await ServerProcess.RunAsync(["drill", "--buyers", "600", "--seconds", "8"], database.Url);
        Assert.True(code == 0, output);
        Assert.Contains("sold             100 of 100", output, StringComparison.Ordinal);
        Assert.Contains("kills            3,", output, StringComparison.Ordinal);
        Assert.Contains("every promise held", output, StringComparison.Ordinal);
    }
}

public sealed class Drill_on_sqlite() : DrillTests(Backend.Sqlite);

public sealed class Drill_on_postgresql() : DrillTests(Backend.Postgres);

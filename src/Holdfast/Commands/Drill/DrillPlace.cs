using System.CommandLine;
using Holdfast.Commands.Shop;
using Holdfast.Configuration;

namespace Holdfast.Commands.Drill;

/// <summary>
/// Where a drill runs: at <c>--url</c>; else a child process over DATABASE_URL; else one over a SQLite file in a temporary folder, which is
/// removed with this.
/// </summary>
internal sealed class DrillPlace : IAsyncDisposable
{
    /// <summary>Six seconds to pay, so that late payers and those who vanish can be seen within minutes.</summary>
    private static readonly Dictionary<string, string> ChildSettings = new()
    {
        ["ORDER_SESSION_DURATION_MINUTES"] = "0.1",
        ["RATE_LIMITS"] = "off"
    };

    private readonly string? _folder;

    private DrillPlace(Deployment deployment, string? folder) => (Deployment, _folder) = (deployment, folder);

    public Deployment Deployment { get; }

    public static async Task<DrillPlace> OpenAsync(DeploymentOptions where, ParseResult parsed, Settings settings, CancellationToken ct)
    {
        var isDefault = settings.DatabaseUrl == new Settings().DatabaseUrl;
        var folder = isDefault && where.Url(parsed) is null ? Directory.CreateTempSubdirectory("holdfast-drill-").FullName : null;
        try
        {
            return new DrillPlace(
                await where.OpenAsync(parsed, settings, folder is null ? settings.DatabaseUrl
                : $"sqlite:{folder}/holdfast.db", ChildSettings, ct), folder);
        }
        catch
        {
            Remove(folder);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Deployment.DisposeAsync();
        Remove(_folder);
    }

    private static void Remove(string? folder)
    {
        if (folder is not null)
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Crash;

/// <summary>Several server processes over one database, each with all roles.</summary>
internal sealed class ServerGroup : IAsyncDisposable
{
    private readonly ServerProcess[] _servers;

    private ServerGroup(ServerProcess[] servers) => _servers = servers;

    public ServerProcess First => _servers[0];

    public IReadOnlyList<Uri> Addresses => [.. _servers.Select(s => s.Address)];

    /// <summary>Starts so many, with the account of <see cref="AdminSession"/>.</summary>
    public static async Task<ServerGroup> StartAsync(string databaseUrl, int count) =>
        new(await Task.WhenAll(Enumerable.Range(0, count).Select(_ => ServerProcess.StartAsync(databaseUrl, AdminSession.Settings))));

    /// <summary>True; throws with the output of one that has ended.</summary>
    public bool AllRun() => Array.Find(_servers, s => s.HasExited) is { } ended ? throw new InvalidOperationException(ended.Output) : true;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }
}

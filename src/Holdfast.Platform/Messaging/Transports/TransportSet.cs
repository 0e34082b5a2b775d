namespace Holdfast.Platform.Messaging.Transports;

/// <summary>The configured brokers: none, one, or both.</summary>
public sealed class TransportSet(IEnumerable<ITransport> all) : IAsyncDisposable
{
    public IReadOnlyList<ITransport> All { get; } = [.. all];

    /// <summary>Returns the broker of that name; null if it is not configured.</summary>
    public ITransport? Find(string name) => All.FirstOrDefault(t => t.Name == name);

    public async ValueTask DisposeAsync()
    {
        foreach (var transport in All)
        {
            await transport.DisposeAsync();
        }
    }
}

namespace Holdfast.Tests.Fixtures;

/// <summary>A server of tests that can die: by a test, a crash or the kernel.</summary>
public interface IRevivable : IAsyncDisposable
{
    /// <summary>Returns when the server is alive and answers; one that does not is started again, with what it has on its disk.</summary>
    Task ReviveAsync();

    /// <summary>Its process; null when it has ended.</summary>
    int? ProcessId { get; }
}

/// <summary>A server that tests share: started when first asked for, and looked at whenever a test takes it.</summary>
internal sealed class SharedServer<T>(Func<Task<T>> start) : IAsyncDisposable where T : class, IRevivable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private T? _server;

    /// <summary>The server, alive. One that could not be started is tried again by the next who asks.</summary>
    public async Task<T> TakeAsync()
    {
        await _one.WaitAsync();
        try
        {
            if (_server is null)
            {
                _server = await start();
            }
            else
            {
                await _server.ReviveAsync();
            }

            return _server;
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _one.Dispose();
    }
}

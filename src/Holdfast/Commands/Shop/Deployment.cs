
namespace Holdfast.Commands.Shop;

/// <summary>A server to send requests to. <c>Child</c> and <c>DatabaseUrl</c>: where it is a process of our own.</summary>
internal sealed record Deployment(Uri Address, Func<CancellationToken, Task<string>> SignIn, ChildServer? Child, string? DatabaseUrl)
    : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Child?.DisposeAsync() ?? ValueTask.CompletedTask;
}

using System.Collections.Concurrent;
using System.Net;

namespace Holdfast.Identity.SignIn;

/// <summary>
/// Addresses from which a sign-in failed within the last minutes, as this process has seen it. They wait behind the others; it refuses
/// nobody.
/// </summary>
internal sealed class RecentFailures(TimeProvider time)
{
    private const int MaxKnown = 10_000;
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<IPAddress, DateTimeOffset> _failedAt = new();

    internal int Count => _failedAt.Count;

    public bool Has(IPAddress address) => _failedAt.TryGetValue(address, out var at) && time.GetUtcNow() - at < Remembered;

    public void Add(IPAddress address)
    {
        if (_failedAt.Count >= MaxKnown)
        {
            var now = time.GetUtcNow();
            foreach (var (known, at) in _failedAt)
            {
                if (now - at >= Remembered)
                {
                    _failedAt.TryRemove(known, out _);
                }
            }

            // More than these at once are an attack from everywhere, where an address says nothing.
            if (_failedAt.Count >= MaxKnown)
            {
                _failedAt.Clear();
            }
        }

        _failedAt[address] = time.GetUtcNow();
    }
}

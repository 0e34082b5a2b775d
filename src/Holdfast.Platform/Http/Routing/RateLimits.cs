using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Platform.Http.Routing;

/// <summary>
/// Counts requests by address and by customer with the framework's token buckets, in this process's memory, and with Redis for all
/// processes together. A bucket that is full again is dropped after ten seconds, so memory is bounded by the callers who were active within
/// the window.
/// </summary>
public sealed class RateLimits : IDisposable
{
    /// <summary>The prefix length of an IPv6 subscriber's network: a subscriber may use a new address of it for each request.</summary>
    private const int Ipv6NetworkBytes = 8;

    private readonly RateLimitOptions _options;
    private readonly SharedLimits? _shared;
    private readonly int[] _perAddress;
    private readonly int[] _perCustomer;
    private readonly PartitionedRateLimiter<IPAddress>?[] _byAddress;
    private readonly PartitionedRateLimiter<Guid>?[] _byCustomer;

    /// <param name="shared">Null: each process counts alone.</param>
    public RateLimits(RateLimitOptions options, SharedLimits? shared = null)
    {
        (_options, _shared) = (options, shared);
        _perAddress = [0, options.SignInsPerAddress, options.RefreshesPerAddress, options.PlacingsPerAddress, options.QuotesPerAddress,
            options.CartsPerAddress, options.NewCartsPerAddress];
        _perCustomer = [0, 0, options.RefreshesPerSession, options.PlacingsPerCustomer, options.QuotesPerCustomer, options.CartsPerCustomer,
            0];
        _byAddress = [.. _perAddress.Select(Buckets<IPAddress>)];
        _byCustomer = [.. _perCustomer.Select(Buckets<Guid>)];
    }

    /// <summary>Counts the request. 429 <c>rate_limited</c> with the seconds to wait if it exceeds the limit.</summary>
    public ValueTask<Error?> RefuseAsync(HttpContext http, Caller caller, Limit limit)
    {
        if (limit == Limit.None || !_options.On
            || (limit is not (Limit.SignIn or Limit.Refresh) && caller.Role is Role.Staff or Role.Service or Role.Admin))
        {
            return ValueTask.FromResult<Error?>(null);
        }

        var address = Partition(http.Connection.RemoteIpAddress);
        var customer = limit != Limit.Refresh && _perCustomer[(int)limit] > 0 ? caller.Subject : null;
        // What this process alone has seen is too much is refused without asking.
        var refusal = Refuse(_byAddress[(int)limit], address) ?? (customer is { } id ? Refuse(_byCustomer[(int)limit], id) : null);
        return refusal is not null || _shared is null ? ValueTask.FromResult(refusal) : AskAsync(_shared, limit, address, customer);
    }

    /// <summary>Counts a request by what it acts for, such as a session, besides its address.</summary>
    public async ValueTask<Error?> RefuseAsync(Limit limit, Guid whose)
    {
        if (!_options.On)
        {
            return null;
        }

        return Refuse(_byCustomer[(int)limit], whose) ?? (_shared is not null
            && await _shared.RefuseAsync($"{limit}:{whose}", _perCustomer[(int)limit], _options.Window) is { } wait
            ? Refusal(wait) : null);
    }

    /// <summary>
    /// The address as it is counted. IPv4 is counted as it is, even if it came mapped into IPv6; IPv6 is counted by the /64 network of one
    /// subscriber.
    /// </summary>
    public static IPAddress Partition(IPAddress? address)
    {
        if (address is null || address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address ?? IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[Ipv6NetworkBytes..].Clear();
        return new IPAddress(bytes);
    }

    public void Dispose()
    {
        foreach (var limiter in _byAddress)
        {
            limiter?.Dispose();
        }

        foreach (var limiter in _byCustomer)
        {
            limiter?.Dispose();
        }
    }

    private async ValueTask<Error?> AskAsync(SharedLimits shared, Limit limit, IPAddress address, Guid? customer)
    {
        var wait = await shared.RefuseAsync($"{limit}:{address}", _perAddress[(int)limit], _options.Window);
        if (wait is null && customer is { } id)
        {
            wait = await shared.RefuseAsync($"{limit}:{id}", _perCustomer[(int)limit], _options.Window);
        }

        return wait is { } time ? Refusal(time) : null;
    }

    private static Error Refusal(TimeSpan wait) =>
        Errors.RateLimited with { RetryAfterSeconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) };

    private static Error? Refuse<T>(PartitionedRateLimiter<T>? limiter, T key)
    {
        if (limiter is null)
        {
            return null;
        }

        using var lease = limiter.AttemptAcquire(key);
        return lease.IsAcquired ? null : Refusal(lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero);
    }

    private PartitionedRateLimiter<T>? Buckets<T>(int requests) where T : notnull
    {
        if (requests == 0)
        {
            return null;
        }

        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = requests,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = _options.Window / requests,
            // All buckets are filled by one timer.
            AutoReplenishment = false,
        };
        Func<T, RateLimiter> make = _ => new TokenBucketRateLimiter(bucket);
        return PartitionedRateLimiter.Create<T, T>(key => RateLimitPartition.Get(key, make));
    }
}

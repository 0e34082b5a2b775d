using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Platform.Http;

/// <summary>Which of the rate limits a route counts towards.</summary>
public enum Limit
{
    None,

    /// <summary>Whatever checks a password, a token or an address of somebody who is not signed in yet; nobody is exempt.</summary>
    SignIn,

    /// <summary>Placing orders. Staff, services and admins are exempt.</summary>
    Placing,

    /// <summary>Asking what an order or a code would cost. Staff, services and admins are exempt.</summary>
    Quoting,
}

/// <summary>How many requests within the window; as many at once, then evenly over the window.</summary>
public sealed record RateLimitOptions
{
    public bool On { get; init; } = true;

    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    public int SignInsPerAddress { get; init; } = 20;

    /// <summary>Many customers may share an address: a company's, or a mobile network's.</summary>
    public int PlacingsPerAddress { get; init; } = 120;

    public int PlacingsPerCustomer { get; init; } = 30;

    public int QuotesPerAddress { get; init; } = 300;

    public int QuotesPerCustomer { get; init; } = 120;
}

/// <summary>
/// Counts requests by address and by customer with the framework's token buckets, in this process's memory. A bucket that is full again is dropped after ten
/// seconds, so memory is bounded by those who were active within the window.
/// </summary>
public sealed class RateLimits : IDisposable
{
    /// <summary>One subscriber of IPv6 has a network of this size, and may take a new address of it for each request.</summary>
    private const int Ipv6NetworkBytes = 8;

    private readonly RateLimitOptions _options;
    private readonly PartitionedRateLimiter<IPAddress>?[] _byAddress;
    private readonly PartitionedRateLimiter<Guid>?[] _byCustomer;

    public RateLimits(RateLimitOptions options)
    {
        _options = options;
        _byAddress = [null, Buckets<IPAddress>(options.SignInsPerAddress), Buckets<IPAddress>(options.PlacingsPerAddress), Buckets<IPAddress>(options.QuotesPerAddress)];
        _byCustomer = [null, null, Buckets<Guid>(options.PlacingsPerCustomer), Buckets<Guid>(options.QuotesPerCustomer)];
    }

    /// <summary>Counts the request; 429 <c>rate_limited</c> with the seconds to wait where it is one too many.</summary>
    public Error? Refuse(HttpContext http, Caller caller, Limit limit)
    {
        if (limit == Limit.None || !_options.On || (limit != Limit.SignIn && caller.Role is Role.Staff or Role.Service or Role.Admin))
        {
            return null;
        }

        return Refuse(_byAddress[(int)limit], Partition(http.Connection.RemoteIpAddress))
            ?? (caller.Subject is { } customer ? Refuse(_byCustomer[(int)limit], customer) : null);
    }

    /// <summary>The address as it is counted: IPv4 as it is, also where it came mapped into IPv6; of IPv6 the network of one subscriber, /64.</summary>
    internal static IPAddress Partition(IPAddress? address)
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

    private static Error? Refuse<T>(PartitionedRateLimiter<T>? limiter, T key)
    {
        if (limiter is null)
        {
            return null;
        }

        using var lease = limiter.AttemptAcquire(key);
        return lease.IsAcquired ? null : Errors.RateLimited with
        {
            RetryAfterSeconds = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 1,
        };
    }

    private PartitionedRateLimiter<T> Buckets<T>(int requests) where T : notnull
    {
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

using System.Net;
using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Configuration;

/// <summary>The settings of rate limits.</summary>
public sealed partial record Settings
{
    /// <summary>Whether sign-in, placing and quoting are limited by address and by customer.</summary>
    public bool RateLimits { get; init; } = true;

    /// <summary>Proxies whose <c>X-Forwarded-For</c> is believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>How long a request's body may take to arrive.</summary>
    public TimeSpan BodyWithin { get; init; } = RequestLimits.Default.BodyWithin;

    /// <summary>The most connections at once; one more is closed at once.</summary>
    public int MaxConnections { get; init; } = 5_000;

    /// <summary>
    /// The most unpaid orders of one buyer in a store, and the most pieces these hold; 0: no limit, as where <c>RATE_LIMITS</c> is off.
    /// </summary>
    public int MaxPendingOrders { get; init; }

    public int MaxPendingQuantity { get; init; }

    /// <summary>How long a stranger's order on delivery waits for somebody to confirm it; zero: it is confirmed at once.</summary>
    public TimeSpan CashConfirmation { get; init; }

    /// <summary>How much strangers may hold without money.</summary>
    public UnpaidLimits Unpaid { get; init; }

    /// <summary>Whether spellings of one mailbox are one buyer.</summary>
    public bool FoldsMailboxes { get; init; } = true;

    // The defaults are those of docs/adr/0018.
    private static UnpaidLimits CheckedUnpaid(IConfiguration source) => new((int)Number(source, "MAX_UNPAID_PER_VARIANT", 20, 0, 1_000_000),
        (int)Number(source, "UNPAID_HANDFUL", 4, 0, 1_000_000), (int)Number(source, "UNPAID_SHARE", 90, 0, 100));

    private static bool Switch(IConfiguration source, string name, bool otherwise) => Text(source, name)?.ToLowerInvariant() switch
    {
        null => otherwise,
        "on" => true,
        "off" => false,
        var other => throw new StartupException($"{name}: '{other}' must be on or off."),
    };

    private static List<IPNetwork> Networks(IConfiguration source, string name) =>
        [.. (Text(source, name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(text => Network(name, text))];

    private static IPNetwork Network(string name, string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new StartupException($"{name}: '{text}' is neither an address nor a network such as 10.0.0.0/8.");
}

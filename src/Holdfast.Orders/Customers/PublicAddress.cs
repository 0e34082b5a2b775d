using System.Net;

namespace Holdfast.Orders.Customers;

/// <summary>
/// Decides which addresses identify a buyer. An address of a private network (RFC 1918, RFC 4193), of a link or provider (RFC 6598), or of
/// this machine belongs to a proxy that <c>TRUSTED_PROXIES</c> does not name, or to the shop itself: all callers behind it look the same.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Own =
    [
        .. new[]
        {
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Returns the address; null if it is not one of the public network.</summary>
    /// <param name="client">The address as text; an IPv6 address as its network.</param>
    public static string? Of(string? client)
    {
        if (!IPAddress.TryParse(client, out var address) || address.Equals(IPAddress.None) || address.Equals(IPAddress.IPv6Any))
        {
            // The network of ::1 is written ::.
            return null;
        }

        return Own.Any(n => n.BaseAddress.AddressFamily == address.AddressFamily && n.Contains(address)) ? null : client;
    }
}

using System.Net;

namespace Holdfast.Platform.Http.Routing;

/// <summary>The address that the request under way comes from, for the audit log.</summary>
internal static class ClientAddress
{
    private static readonly AsyncLocal<IPAddress?> UnderWay = new();

    public static IPAddress? Current => UnderWay.Value;

    /// <summary>From here on within the caller's async method.</summary>
    public static void Is(IPAddress? address) => UnderWay.Value = address;

    /// <summary>As it is written down: IPv4 as such, also where it came mapped into IPv6.</summary>
    public static string? Text(IPAddress? address) => (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
}

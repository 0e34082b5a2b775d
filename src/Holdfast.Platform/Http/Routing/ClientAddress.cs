using System.Net;

namespace Holdfast.Platform.Http.Routing;

/// <summary>The client's address of the current request, for the audit log.</summary>
internal static class ClientAddress
{
    private static readonly AsyncLocal<IPAddress?> UnderWay = new();

    public static IPAddress? Current => UnderWay.Value;

    /// <summary>Sets the address for the rest of the caller's async method.</summary>
    public static void Is(IPAddress? address) => UnderWay.Value = address;

    /// <summary>The address as it is logged: IPv4 in its own form, even if it came mapped into IPv6.</summary>
    public static string? Text(IPAddress? address) => (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
}

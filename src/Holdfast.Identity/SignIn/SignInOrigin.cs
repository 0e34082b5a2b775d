using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.SignIn;

/// <summary>From where somebody tries a password: whose failures are counted together.</summary>
/// <param name="Key">What the failures are counted by, beside the email.</param>
/// <param name="IsKnown">They have shown before, or show otherwise, that the account is theirs: the failures of strangers do not concern
/// them.</param>
/// <param name="Address">As <see cref="RateLimits.Partition"/> counts it.</param>
internal sealed record SignInOrigin(Guid Key, bool IsKnown, IPAddress Address)
{
    // A subscriber or a rented server may have a network of this size, of which each /64 would be another address.
    private const int WideNetworkBytes = 6;

    /// <summary>The /48 network around the IPv6 address of a stranger. Null: there is none.</summary>
    public Guid? Network { get; private init; }

    /// <summary>Somebody at an address, of whom nothing is known.</summary>
    public static SignInOrigin Stranger(Request request) => Stranger(AddressOf(request));

    /// <summary>As the other.</summary>
    /// <param name="address">As <see cref="RateLimits.Partition"/> counts it.</param>
    internal static SignInOrigin Stranger(IPAddress address) => new(Hash($"address\n{address}"), false, address)
    {
        Network = address.AddressFamily == AddressFamily.InterNetworkV6 ? Hash($"network\n{Wide(address)}") : null,
    };

    /// <summary>Somebody who is signed in already and says the password again.</summary>
    public static SignInOrigin SignedIn(Request request)
    {
        var address = AddressOf(request);
        return new SignInOrigin(Hash($"signed in\n{address}"), true, address);
    }


    /// <summary>A device that has been signed in to the account.</summary>
    public static SignInOrigin Device(Request request, Guid device) => new(device, true, AddressOf(request));

    private static IPAddress Wide(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[WideNetworkBytes..].Clear();
        return new IPAddress(bytes);
    }

    private static Guid Hash(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16), bigEndian: true);

    private static IPAddress AddressOf(Request request) => RateLimits.Partition(request.Http.Connection.RemoteIpAddress);
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform.Http;

namespace Holdfast.Identity;

/// <summary>From where somebody tries a password: whose failures are counted together.</summary>
/// <param name="Key">What the failures are counted by, beside the email.</param>
/// <param name="IsKnown">They have shown before, or show otherwise, that the account is theirs: the failures of strangers do not concern
/// them.</param>
/// <param name="Address">As <see cref="RateLimits.Partition"/> counts it.</param>
internal sealed record SignInOrigin(Guid Key, bool IsKnown, IPAddress Address)
{
    /// <summary>Somebody at an address, of whom nothing is known.</summary>
    public static SignInOrigin Stranger(Request request) => Of(request, "address", isKnown: false);

    /// <summary>Somebody who is signed in already and says the password again.</summary>
    public static SignInOrigin SignedIn(Request request) => Of(request, "signed in", isKnown: true);

    /// <summary>A device that has been signed in to the account.</summary>
    public static SignInOrigin Device(Request request, Guid device) => new(device, true, AddressOf(request));

    private static SignInOrigin Of(Request request, string kind, bool isKnown)
    {
        var address = AddressOf(request);
        return new SignInOrigin(new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{address}")).AsSpan(0, 16), bigEndian: true),
            isKnown, address);
    }

    private static IPAddress AddressOf(Request request) => RateLimits.Partition(request.Http.Connection.RemoteIpAddress);
}

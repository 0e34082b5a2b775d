
namespace Holdfast.Platform.Http.Routing;

/// <summary>The rate limit that a route counts towards.</summary>
public enum Limit
{
    None,

    /// <summary>Requests that check a password, a token or an address of somebody who is not signed in; nobody is exempt.</summary>
    SignIn,

    /// <summary>
    /// Refreshing a session; nobody is exempt. A refresh token cannot be guessed, so the limit by address, which may be a whole company's,
    /// is loose, and the limit by session is strict.
    /// </summary>
    Refresh,

    /// <summary>Placing orders. Staff, services and admins are exempt.</summary>
    Placing,

    /// <summary>Asking what an order or a code would cost. Staff, services and admins are exempt.</summary>
    Quoting,

    /// <summary>Changing a cart. Staff, services and admins are exempt, here and in the next limit.</summary>
    Carts,

    /// <summary>Making a cart for somebody who is not signed in: it is kept for a month.</summary>
    NewCarts,
}

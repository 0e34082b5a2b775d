
namespace Holdfast.Platform.Http.Routing;

/// <summary>Which of the rate limits a route counts towards.</summary>
public enum Limit
{
    None,

    /// <summary>Whatever checks a password, a token or an address of somebody who is not signed in yet; nobody is exempt.</summary>
    SignIn,

    /// <summary>
    /// Going on with a session; nobody is exempt. A refresh token cannot be guessed, so an address, which may be that of a whole company,
    /// counts loosely, and a session strictly.
    /// </summary>
    Refresh,

    /// <summary>Placing orders. Staff, services and admins are exempt.</summary>
    Placing,

    /// <summary>Asking what an order or a code would cost. Staff, services and admins are exempt.</summary>
    Quoting,

    /// <summary>Changing a cart. Staff, services and admins are exempt, here and in the next.</summary>
    Carts,

    /// <summary>Making a cart of somebody who is not signed in: it is kept for a month.</summary>
    NewCarts,
}

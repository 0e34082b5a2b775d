using Holdfast.Platform;

namespace Holdfast.Identity.Core;

/// <summary>The rejections of sign-in.</summary>
public static class IdentityErrors
{
    /// <summary>One answer for an unknown email, a wrong password and a closed account: it does not tell who has an account.</summary>
    public static readonly Error InvalidCredentials = new(401, "invalid_credentials", "The email or the password is wrong.",
        "Email hoặc mật khẩu không đúng.");

    public static readonly Error WrongPassword = new(403, "wrong_password", "The current password is wrong.",
        "Mật khẩu hiện tại không đúng.");

    public static readonly Error NoPassword = new(409, "no_password", "This account signs in elsewhere and has no password here.",
        "Tài khoản này đăng nhập ở nơi khác và không có mật khẩu ở đây.");

    public static readonly Error NoEmail = new(409, "no_email", "This account has no email address.",
        "Tài khoản này không có địa chỉ email.");

    /// <summary>Never made, used, or too old; or the account has another email by now.</summary>
    public static readonly Error InvalidLink = new(422, "invalid_link", "This link was used or has run out. Ask for a new one.",
        "Liên kết này đã được dùng hoặc đã hết hạn. Hãy yêu cầu liên kết mới.");

    public static readonly Error EmailTaken = new(409, "email_taken", "There is an account with this email already.",
        "Email này đã có tài khoản.");

    /// <summary>What was ordered as a guest becomes the account's at this moment: closing it would leave some of that behind.</summary>
    public static readonly Error OrdersJoining = new(409, "orders_joining", "Orders are still joining this account. Try again in a minute.",
        "Đơn hàng vẫn đang được chuyển vào tài khoản này. Vui lòng thử lại sau một phút.");

    /// <summary>Never made, used up, run out or ended: sign in again.</summary>
    public static readonly Error InvalidRefreshToken = new(401, "invalid_refresh_token", "This session has ended. Sign in again.",
        "Phiên đăng nhập đã kết thúc. Vui lòng đăng nhập lại.");

    /// <summary>With the wait in Retry-After; the same for emails without an account.</summary>
    public static readonly Error TooManyAttempts = new(429, "too_many_attempts", "Too many failed sign-ins. Wait before you try again.",
        "Đăng nhập sai quá nhiều lần. Vui lòng chờ rồi thử lại.");
}

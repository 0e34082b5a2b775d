using Holdfast.Platform;

namespace Holdfast.Identity;

/// <summary>The rejections of sign-in.</summary>
public static class IdentityErrors
{
    /// <summary>One answer for an unknown email, a wrong password and a closed account: it does not tell who has an account.</summary>
    public static readonly Error InvalidCredentials = new(401, "invalid_credentials", "The email or the password is wrong.", "Email hoặc mật khẩu không đúng.");

    public static readonly Error EmailTaken = new(409, "email_taken", "There is an account with this email already.", "Email này đã có tài khoản.");

    /// <summary>Never made, used up, run out or ended: sign in again.</summary>
    public static readonly Error InvalidRefreshToken = new(401, "invalid_refresh_token", "This session has ended. Sign in again.", "Phiên đăng nhập đã kết thúc. Vui lòng đăng nhập lại.");

    /// <summary>With the wait in Retry-After; the same for emails without an account.</summary>
    public static readonly Error TooManyAttempts = new(429, "too_many_attempts", "Too many failed sign-ins. Wait before you try again.", "Đăng nhập sai quá nhiều lần. Vui lòng chờ rồi thử lại.");
}

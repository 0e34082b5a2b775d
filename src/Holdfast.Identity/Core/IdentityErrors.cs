using Holdfast.Platform;

namespace Holdfast.Identity;

/// <summary>The rejections of sign-in.</summary>
public static class IdentityErrors
{
    /// <summary>One answer for an unknown email, a wrong password and a closed account: it does not tell who has an account.</summary>
    public static readonly Error InvalidCredentials = new(401, "invalid_credentials", "The email or the password is wrong.", "Email hoặc mật khẩu không đúng.");

    public static readonly Error EmailTaken = new(409, "email_taken", "There is an account with this email already.", "Email này đã có tài khoản.");
}

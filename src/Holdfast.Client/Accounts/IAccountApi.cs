using Refit;

namespace Holdfast.Client;

/// <summary>
/// Signing in, and one's own account. None of its calls is repeated by the client: their answers are tokens, which no server keeps for a
/// retry. The calls that need no account send no token.
/// </summary>
public interface IAccountApi
{
    /// <summary>Makes a customer's account and signs it in; 409 <c>email_taken</c>.</summary>
    [Post("/api/v1/auth/register")]
    Task<SignedIn> RegisterAsync([Body] Registration registration, CancellationToken cancellationToken = default);

    /// <summary>Signs in; 401 <c>invalid_credentials</c>, 429 <c>too_many_attempts</c> with a time to wait.</summary>
    [Post("/api/v1/auth/login")]
    Task<SignedIn> SignInAsync([Body] Credentials credentials, CancellationToken cancellationToken = default);

    /// <summary>The next two tokens; 401 <c>invalid_refresh_token</c> where the session is over.</summary>
    [Post("/api/v1/auth/refresh")]
    Task<SignedIn> RefreshAsync([Body] RefreshRequest refresh, CancellationToken cancellationToken = default);

    /// <summary>Ends the session; whether there was one is not told.</summary>
    [Post("/api/v1/auth/logout")]
    Task SignOutAsync([Body] RefreshRequest session, CancellationToken cancellationToken = default);

    /// <summary>Returns the account of the caller, as the server has it now.</summary>
    [Get("/api/v1/auth/me"), Headers("Authorization: Bearer")]
    Task<Account> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Changes the own name; orders keep the one with which they were placed.</summary>
    [Patch("/api/v1/auth/me"), Headers("Authorization: Bearer")]
    Task<Account> RenameAsync([Body] AccountName name, CancellationToken cancellationToken = default);

    /// <summary>Closes the own account; 409 <c>orders_open</c>, <c>orders_joining</c>. What names the customer is erased.</summary>
    [Delete("/api/v1/auth/me"), Headers("Authorization: Bearer")]
    Task CloseAsync([Body] PasswordProof password, CancellationToken cancellationToken = default);

    /// <summary>Mails a link to the new address; the answer does not tell whether it is another account's.</summary>
    [Post("/api/v1/auth/email"), Headers("Authorization: Bearer")]
    Task ChangeEmailAsync([Body] EmailChange change, CancellationToken cancellationToken = default);

    /// <summary>Makes the new address the account's; 422 <c>invalid_link</c>, 409 <c>email_taken</c>.</summary>
    [Post("/api/v1/auth/email/confirm"), Headers("Authorization: Bearer")]
    Task<EmailProved> ConfirmEmailAsync([Body] MailedToken token, CancellationToken cancellationToken = default);

    /// <summary>Changes the password and ends all sessions; the answer is a new one.</summary>
    [Post("/api/v1/auth/password"), Headers("Authorization: Bearer")]
    Task<SignedIn> ChangePasswordAsync([Body] PasswordChange change, CancellationToken cancellationToken = default);

    /// <summary>Mails a link where there is an account; the answer does not tell.</summary>
    [Post("/api/v1/auth/forgot-password")]
    Task ForgetPasswordAsync([Body] ForgottenPassword account, CancellationToken cancellationToken = default);

    /// <summary>Sets a new password and ends all sessions; 422 <c>invalid_link</c>.</summary>
    [Post("/api/v1/auth/reset-password")]
    Task ResetPasswordAsync([Body] PasswordReset reset, CancellationToken cancellationToken = default);

    /// <summary>Mails a link that proves the own mailbox.</summary>
    [Post("/api/v1/auth/verify-email/send"), Headers("Authorization: Bearer")]
    Task SendVerificationAsync(CancellationToken cancellationToken = default);

    /// <summary>Proves the own mailbox: what was ordered with it as a guest joins the account. 422 <c>invalid_link</c>.</summary>
    [Post("/api/v1/auth/verify-email"), Headers("Authorization: Bearer")]
    Task<EmailProved> VerifyEmailAsync([Body] MailedToken token, CancellationToken cancellationToken = default);
}

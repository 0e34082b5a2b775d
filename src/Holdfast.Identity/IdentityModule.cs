using Holdfast.Identity.Accounts;
using Holdfast.Identity.ApiKeys;
using Holdfast.Identity.Audit;
using Holdfast.Identity.External;
using Holdfast.Identity.Links;
using Holdfast.Identity.Secrets;
using Holdfast.Identity.SignIn;
using Holdfast.Identity.SigningKeys;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.Identity;

/// <summary>The services and the route table of this module.</summary>
public static class IdentityModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants { get; } =
    [
        new("stores_of_users_belong_to_an_account",
            "SELECT us.user_id, us.store_id FROM user_stores us LEFT JOIN users u ON u.id = us.user_id WHERE u.id IS NULL OR u.role NOT "
            + "IN ('staff', 'service')"),
        new("users_have_a_role_and_guests_no_password",
            "SELECT id, role FROM users WHERE role NOT IN ('guest', 'customer', 'staff', 'service', 'admin') OR (role = 'guest' AND "
            + "password_hash IS NOT NULL)"),
        new("sessions_belong_to_an_account",
            "SELECT s.id, s.user_id FROM sessions s LEFT JOIN users u ON u.id = s.user_id WHERE s.revoked_at IS NULL AND (u.id IS NULL "
            + "OR u.role = 'guest')"),
        UserTextKeys.Invariant,
    ];

    public static void Add(IServiceCollection services, OidcOptions? outside = null)
    {
        if (outside is not null)
        {
            services.AddSingleton(outside);
            services.AddSingleton<ExternalIssuer>();
            services.AddSingleton<ExternalAccounts>();
        }

        services.TryAddSingleton(SecretBox.None);
        services.AddSingleton<AccessKeys>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<SigningKeyRing>();
        services.AddSingleton<TokenReader>();
        services.AddSingleton<ITokenReader>(s => s.GetRequiredService<TokenReader>());
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<DeviceTokens>();
        services.AddSingleton<EndedTokens>();
        services.AddSingleton<SignInSessions>();
        services.TryAddSingleton(Passwords.Hasher);
        services.AddSingleton<PasswordPolicy>();
        services.AddSingleton<PasswordHashingQueue>();
        services.AddSingleton<SignInEndpoints>();
        services.AddSingleton<PasswordChanges>();
        services.AddSingleton<MailRequests>();
        services.AddSingleton<EmailProof>();
        services.AddSingleton<CloseAccount>();
        services.AddSingleton<ChangeAccount>();
        services.AddWorker<AccountClosings>();
        services.AddWorker<GuestJoinings>();
        services.AddSingleton<ApiKeyReader>();
        services.AddSingleton<ManageApiKeys>();
        services.AddSingleton<AuditQueries>();
        services.AddHostedService<SigningKeyRefresher>();
        services.AddWorker<IdentitySweep>();
    }

    /// <summary>Loads the installation's secrets; makes them in a new database. To be awaited before the first request.</summary>
    public static async Task PrepareAsync(IServiceProvider services)
    {
        var db = services.GetRequiredService<Db>();
        var box = services.GetRequiredService<SecretBox>();
        await SecretStore.SealAllAsync(db, box);
        await services.GetRequiredService<AccessKeys>().LoadAsync(db, box);
        await services.GetRequiredService<RefreshTokens>().LoadAsync(db, box);
        await services.GetRequiredService<DeviceTokens>().LoadAsync(db, box);
        await services.GetRequiredService<SigningKeyRing>().LoadAsync(db, box);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Post<SignInEndpoints>("/auth/register", Access.Anyone, Limit.SignIn, (u, r) => u.RegisterAsync(r));
        app.Post<SignInEndpoints>("/auth/login", Access.Anyone, Limit.SignIn, (u, r) => u.LoginAsync(r));
        app.Post<SignInEndpoints>("/auth/refresh", Access.Anyone, Limit.Refresh, (u, r) => u.RefreshAsync(r));
        app.Post<SignInEndpoints>("/auth/logout", Access.Anyone, (u, r) => u.LogoutAsync(r));
        app.Get<SignInEndpoints>("/auth/me", Access.SignedIn, (u, r) => u.MeAsync(r));
        app.Patch<ChangeAccount>("/auth/me", Access.SignedIn, Limit.SignIn, (u, r) => u.RenameAsync(r));
        app.Post<ChangeAccount>("/auth/email", Access.SignedIn, Limit.SignIn, (u, r) => u.AskAsync(r));
        app.Post<ChangeAccount>("/auth/email/confirm", Access.SignedIn, Limit.SignIn, (u, r) => u.ConfirmAsync(r));
        app.Delete<CloseAccount>("/auth/me", Access.SignedIn, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<PasswordChanges>("/auth/password", Access.SignedIn, Limit.SignIn, (u, r) => u.ChangeAsync(r));
        app.Post<PasswordChanges>("/auth/forgot-password", Access.Anyone, Limit.SignIn, (u, r) => u.ForgotAsync(r));
        app.Post<PasswordChanges>("/auth/reset-password", Access.Anyone, Limit.SignIn, (u, r) => u.ResetAsync(r));
        app.Post<EmailProof>("/auth/verify-email/send", Access.SignedIn, Limit.SignIn, (u, r) => u.SendAsync(r));
        app.Post<EmailProof>("/auth/verify-email", Access.SignedIn, Limit.SignIn, (u, r) => u.VerifyAsync(r));
        app.Post<ManageApiKeys>("/api-keys", Access.Admin, (u, r) => u.CreateAsync(r));
        app.Get<ManageApiKeys>("/api-keys", Access.Admin, (u, r) => u.ListAsync(r), "limit", "cursor");
        app.Delete<ManageApiKeys>("/api-keys/{id}", Access.Admin, (u, r) => u.RevokeAsync(r));
        app.Get<AuditQueries>("/audit-log", Access.Admin, (u, r) => u.HandleAsync(r), "actor", "from", "to", "limit", "cursor");
        app.Get<SignInEndpoints>("/.well-known/jwks.json", Access.Anyone, (u, r) => u.KeysAsync(r));
    }
}

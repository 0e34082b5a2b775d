using Holdfast.Identity.Accounts;
using Holdfast.Identity.ApiKeys;
using Holdfast.Identity.Endpoints;
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
        services.AddSingleton<OwnerCheck>();
        services.AddSingleton<MailRequests>();
        services.AddSingleton<EmailProof>();
        services.AddWorker<AccountClosings>();
        services.AddWorker<GuestJoinings>();
        services.AddSingleton<ApiKeyReader>();
        services.AddHostedService<SigningKeyRefresher>();
        services.AddWorker<IdentitySweep>();
        AddEndpoints(services);
    }

    private static void AddEndpoints(IServiceCollection services)
    {
        services.AddSingleton<RegisterAccount>().AddSingleton<LogIn>().AddSingleton<RefreshSession>().AddSingleton<LogOut>();
        services.AddSingleton<GetOwnAccount>().AddSingleton<RenameAccount>().AddSingleton<CloseAccount>();
        services.AddSingleton<RequestEmailChange>().AddSingleton<ConfirmEmailChange>();
        services.AddSingleton<SendEmailVerification>().AddSingleton<VerifyEmail>();
        services.AddSingleton<ChangePassword>().AddSingleton<RequestPasswordReset>().AddSingleton<ResetPassword>();
        services.AddSingleton<CreateApiKey>().AddSingleton<ListApiKeys>().AddSingleton<RevokeApiKey>();
        services.AddSingleton<ListAuditLog>().AddSingleton<GetPublicKeys>();
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
        app.Post<RegisterAccount>("/auth/register", Access.Anyone, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<LogIn>("/auth/login", Access.Anyone, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<RefreshSession>("/auth/refresh", Access.Anyone, Limit.Refresh, (u, r) => u.HandleAsync(r));
        app.Post<LogOut>("/auth/logout", Access.Anyone, (u, r) => u.HandleAsync(r));
        app.Get<GetOwnAccount>("/auth/me", Access.SignedIn, (u, r) => u.HandleAsync(r));
        app.Patch<RenameAccount>("/auth/me", Access.SignedIn, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<RequestEmailChange>("/auth/email", Access.SignedIn, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<ConfirmEmailChange>("/auth/email/confirm", Access.SignedIn, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Delete<CloseAccount>("/auth/me", Access.SignedIn, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<ChangePassword>("/auth/password", Access.SignedIn, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<RequestPasswordReset>("/auth/forgot-password", Access.Anyone, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<ResetPassword>("/auth/reset-password", Access.Anyone, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<SendEmailVerification>("/auth/verify-email/send", Access.SignedIn, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<VerifyEmail>("/auth/verify-email", Access.SignedIn, Limit.SignIn, (u, r) => u.HandleAsync(r));
        app.Post<CreateApiKey>("/api-keys", Access.Admin, (u, r) => u.HandleAsync(r));
        app.Get<ListApiKeys>("/api-keys", Access.Admin, (u, r) => u.HandleAsync(r), "limit", "cursor");
        app.Delete<RevokeApiKey>("/api-keys/{id}", Access.Admin, (u, r) => u.HandleAsync(r));
        app.Get<ListAuditLog>("/audit-log", Access.Admin, (u, r) => u.HandleAsync(r), "actor", "from", "to", "limit", "cursor");
        app.Get<GetPublicKeys>("/.well-known/jwks.json", Access.Anyone, (u, r) => u.HandleAsync(r));
    }
}

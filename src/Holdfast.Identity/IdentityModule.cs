using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Identity;

/// <summary>The services and the route table of this module.</summary>
public static class IdentityModule
{
    /// <summary>What <c>verify</c> checks of this module.</summary>
    public static IReadOnlyList<Invariant> Invariants { get; } =
    [
        new("stores_of_users_belong_to_an_account",
            "SELECT us.user_id, us.store_id FROM user_stores us LEFT JOIN users u ON u.id = us.user_id WHERE u.id IS NULL OR u.role NOT IN ('staff', 'service')"),
        new("users_have_a_role_and_guests_no_password",
            "SELECT id, role FROM users WHERE role NOT IN ('guest', 'customer', 'staff', 'service', 'admin') OR (role = 'guest' AND password_hash IS NOT NULL)"),
    ];

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<AccessKeys>();
        services.AddSingleton<Accounts>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<TokenReader>();
        services.AddSingleton<ITokenReader>(s => s.GetRequiredService<TokenReader>());
        services.AddSingleton<SignIn>();
    }

    /// <summary>Loads the installation's secrets; makes them in a new database. To be awaited before the first request.</summary>
    public static async Task PrepareAsync(IServiceProvider services)
    {
        var db = services.GetRequiredService<Db>();
        await services.GetRequiredService<AccessKeys>().LoadAsync(db).ConfigureAwait(false);
        await services.GetRequiredService<SigningKeys>().LoadAsync(db).ConfigureAwait(false);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Post<SignIn>("/auth/login", Access.Anyone, (u, r) => u.LoginAsync(r));
        app.Get<SignIn>("/auth/me", Access.SignedIn, (u, r) => u.MeAsync(r));
        app.Get<SignIn>("/.well-known/jwks.json", Access.Anyone, (u, r) => u.KeysAsync(r));
    }
}

using System.Text.Json.Nodes;

namespace Holdfast.Tests.Http;

/// <summary>Bodies for <see cref="EveryRoute"/> that the routes of sign-in would take.</summary>
internal static class IdentityBodies
{
    public static void AddTo(Dictionary<string, JsonObject> bodies, string store)
    {
        bodies["POST /api/v1/auth/login"] = new()
        {
            ["email"] = "nobody@example.com",
            ["password"] = "a password",
            ["deviceToken"] = "hd_x"
        };
        bodies["POST /api/v1/auth/register"] = new() { ["email"] = "an@example.com", ["password"] = "a password", ["name"] = "An" };
        bodies["POST /api/v1/auth/refresh"] = new() { ["refreshToken"] = "hr_x" };
        bodies["POST /api/v1/auth/logout"] = new() { ["refreshToken"] = "hr_x" };
        bodies["POST /api/v1/auth/password"] = new() { ["currentPassword"] = "a password", ["newPassword"] = "another password" };
        bodies["POST /api/v1/auth/forgot-password"] = new() { ["email"] = "nobody@example.com" };
        bodies["POST /api/v1/auth/reset-password"] = new() { ["token"] = "x", ["password"] = "another password" };
        bodies["PATCH /api/v1/auth/me"] = new() { ["name"] = "An" };
        bodies["POST /api/v1/auth/email"] = new() { ["email"] = "an.other@example.com", ["password"] = "a password" };
        bodies["POST /api/v1/auth/email/confirm"] = new() { ["token"] = "x" };
        bodies["POST /api/v1/auth/verify-email"] = new() { ["token"] = "x" };
        bodies["POST /api/v1/api-keys"] = new()
        {
            ["name"] = "ERP",
            ["storeIds"] = new JsonArray(store),
            ["scopes"] = new JsonArray("orders:read", "inventory:write")
        };
        bodies["POST /api/v1/orders/lookup"] = new() { ["number"] = "1Q7M-8ZK4-20RD", ["email"] = "nobody@example.com" };
    }
}

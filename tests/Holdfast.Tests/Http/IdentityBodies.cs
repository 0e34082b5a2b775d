using System.Text.Json.Nodes;

namespace Holdfast.Tests.Http;

/// <summary>Bodies for <see cref="EveryRoute"/> that the routes of sign-in would take.</summary>
internal static class IdentityBodies
{
    public static void AddTo(Dictionary<string, JsonObject> bodies)
    {
        bodies["POST /api/v1/auth/login"] = new() { ["email"] = "nobody@example.com", ["password"] = "a password" };
        bodies["POST /api/v1/auth/register"] = new() { ["email"] = "an@example.com", ["password"] = "a password", ["name"] = "An" };
        bodies["POST /api/v1/auth/refresh"] = new() { ["refreshToken"] = "hr_x" };
        bodies["POST /api/v1/auth/logout"] = new() { ["refreshToken"] = "hr_x" };
    }
}

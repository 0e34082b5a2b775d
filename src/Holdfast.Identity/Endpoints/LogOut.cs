using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary><c>POST /auth/logout</c>: ends the session; what it was, or whether it was, is not told.</summary>
internal sealed class LogOut(SignInSessions sessions)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var token = await request.ReadAsync(f => f.Text("refreshToken"));
        if (!token.IsOk)
        {
            return token.Error!;
        }

        await sessions.EndAsync(token.Value);
        return Reply.NoContent();
    }
}

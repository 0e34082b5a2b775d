using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary><c>POST /auth/refresh</c>: 200 with the next tokens of a session.</summary>
internal sealed class RefreshSession(SignInSessions sessions)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var token = await request.ReadAsync(f => f.Text("refreshToken"));
        if (!token.IsOk)
        {
            return token.Error!;
        }

        var next = await sessions.RefreshAsync(token.Value);
        return next.IsOk ? Reply.Ok(next.Value) : next.Error!;
    }
}

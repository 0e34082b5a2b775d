using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary><c>DELETE /api-keys/{id}</c>, for admins: revokes the key. Its row stays, for the audit log.</summary>
internal sealed class RevokeApiKey(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        return await db.WriteAsync<Reply>(async tx =>
            await tx.ExecuteAsync("UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1", id,
            await tx.NowAsync()) == 0 ? Errors.NotFound : Reply.NoContent());
    }
}

using Holdfast.Identity.ApiKeys;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary><c>GET /api-keys</c>, for admins.</summary>
internal sealed class ListApiKeys(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.ById(request);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var before = paging.Value.LastId ?? Guid.Empty;
        var rows = await db.ReadAsync(s =>
            s.QueryAsync($"SELECT {ApiKeyTable.Columns} FROM api_keys WHERE id > $1 ORDER BY id LIMIT $2", ApiKeyTable.Map,
            before, paging.Value.Limit + 1), request.Aborted);
        return Reply.Ok(paging.Value.Page(rows, k => [k.Id.ToString()]));
    }
}

using Holdfast.Catalog.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Catalog.Endpoints;

/// <summary><c>GET /stores</c>, by slug; <c>?slug</c> or <c>?externalId</c> finds one.</summary>
internal sealed class ListStores(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var paging = Paging.From(request, keyParts: 1);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var (slug, externalId, after) = (request.Query("slug"), request.Query("externalId"), paging.Value.After?[0]);
        if (!JsonBodyReader.IsClean(slug ?? "") || !JsonBodyReader.IsClean(externalId ?? ""))
        {
            return Errors.Invalid(JsonBodyReader.IsClean(slug ?? "") ? "externalId" : "slug", "has control characters");
        }

        var rows = await db.ReadAsync(s => StoreTable.Table.QueryAsync(s, "WHERE (s.slug = $1{as text} OR $1{as text} IS NULL) "
            + "AND (s.external_id = $2{as text} OR $2{as text} IS NULL) AND (s.slug > $3{as text} OR $3{as text} IS NULL) ORDER BY "
            + "s.slug LIMIT $4",
            slug, externalId, after, paging.Value.Limit + 1), request.Aborted);
        return Reply.Ok(paging.Value.Page(rows, s => [s.Slug]));
    }
}

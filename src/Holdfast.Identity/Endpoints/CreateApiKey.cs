using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Identity.ApiKeys;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary><c>POST /api-keys</c> <c>{name, storeIds, scopes}</c>, for admins: 201 with the key, which is shown this once.</summary>
internal sealed class CreateApiKey(Db db, EndpointDataSource routes)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var name = body.Value.Text("name", 100);
        var stores = (body.Value.TextsOrNull("storeIds", 100, 36) ?? []).ConvertAll(s => Guid.TryParseExact(s, "D", out var id) ? id
            : Guid.Empty);
        var scopes = (body.Value.TextsOrNull("scopes", 50, 60) ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .ToList();
        if (stores.Count == 0 || stores.Contains(Guid.Empty))
        {
            body.Value.Reject("storeIds", "must be a list of the ids of stores");
        }

        var known = Scopes();
        if (scopes.Count == 0 || !scopes.TrueForAll(known.Contains))
        {
            body.Value.Reject("scopes", $"must be a list of some of {string.Join(", ", known)}");
        }

        if (body.Value.Done() is { } error)
        {
            return error;
        }

        // Not through Idempotency: a stored answer would be the key at rest. A key that was made twice can be revoked.
        var secret = ApiKeyReader.Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return await db.WriteAsync<Reply>(async tx =>
        {
            var storeIds = stores.Distinct().Order().ToArray();
            var there = await tx.QueryAsync("SELECT id FROM stores WHERE id {in $1}", r => r.Uuid(0), storeIds);
            if (there.Count != storeIds.Length)
            {
                await tx.RollbackAsync();
                return Errors.Invalid("storeIds", "names a store that is not there");
            }

            var now = await tx.NowAsync();
            var key = new ApiKey(Guid.CreateVersion7(), name, secret[..9], storeIds, scopes, now, null, null);
            await tx.ExecuteAsync(
                "INSERT INTO api_keys (id, name, hash, hint, store_ids, scopes, created_at, created_by) VALUES ($1, $2, $3, $4, $5, "
                + "$6, $7, $8)",
                key.Id, name, ApiKeyReader.Hash(secret), key.Hint, JsonSerializer.Serialize(storeIds),
                JsonSerializer.Serialize(scopes), now, request.Caller.Actor);
            return Reply.Created(new { key.Id, Key = secret, key.Name, key.Hint, key.StoreIds, key.Scopes, key.CreatedAt },
                $"{Routes.Base}/api-keys/{key.Id}");
        });
    }

    /// <summary>The scopes of all routes that a service may call: any other scope would allow nothing.</summary>
    private SortedSet<string> Scopes() => new(routes.Endpoints.Select(e => e.Metadata.GetMetadata<RouteRule>()).OfType<RouteRule>()
        .Where(r => r.Access is not (Access.Staff or Access.Admin)).Select(r => r.Scope), StringComparer.Ordinal);
}

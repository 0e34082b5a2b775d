using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Identity.Secrets;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Webhooks.Core;

namespace Holdfast.Webhooks.Endpoints;

/// <summary>
/// <c>POST /webhook-endpoints</c> <c>{storeId, url, types?, description?}</c>, <c>GET</c>, <c>GET /{id}</c>, <c>DELETE /{id}</c>, <c>POST
/// /{id}/resume</c>, for staff of the store.
/// </summary>
internal sealed class WebhookEndpoints(Db db, SecretBox box, EventTypes types, WebhookOptions options)
{
    private const int SecretBytes = 32;

    /// <summary>201 with the secret, which is shown this once; 409 <c>too_many_webhook_endpoints</c>.</summary>
    public async Task<Reply> CreateAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var storeId = body.Value.Uuid("storeId");
        var url = body.Value.Text("url", 2000);
        var wanted = (body.Value.TextsOrNull("types", 50, 60) ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .ToList();
        var description = body.Value.TextOrNull("description", 200);
        if (url.Length > 0 && Fault(url) is { } fault)
        {
            body.Value.Reject("url", fault);
        }

        if (wanted.Find(t => !types.Knows(t)) is { } unknown)
        {
            body.Value.Reject("types", $"there is no event of the type '{unknown}'");
        }

        if (body.Value.Done() is { } error)
        {
            return error;
        }

        if (!request.Caller.Manages(storeId))
        {
            return Errors.NotFound;
        }

        // Not through Idempotency: a stored answer would be the secret at rest. An endpoint that was made twice can be deleted.
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        return await db.WriteAsync(tx => AddAsync(tx, storeId, url, description, wanted, secret));
    }

    public async Task<Reply> ListAsync(Request request)
    {
        var paging = Paging.ById(request);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        if (!Guid.TryParseExact(request.Query("storeId"), "D", out var storeId))
        {
            return Errors.Invalid("storeId", request.Query("storeId") is null ? "is required" : "must be a UUID");
        }

        var after = paging.Value.LastId ?? Guid.Empty;
        if (!request.Caller.Manages(storeId))
        {
            return Errors.NotFound;
        }

        var rows = await db.ReadAsync(s =>
            s.QueryAsync($"SELECT {WebhookEndpoint.Columns} FROM webhook_endpoints WHERE store_id = $1 AND id > $2 ORDER BY id LIMIT $3",
            WebhookEndpoint.Map, storeId, after, (long)paging.Value.Limit + 1), request.Aborted);
        return Reply.Ok(paging.Value.Page(rows, e => [e.Id.ToString()]));
    }

    public async Task<Reply> GetAsync(Request request) =>
        await db.ReadAsync(s => FindAsync(s, request), request.Aborted) is { } found ? Reply.Ok(found)
        : Errors.NotFound;

    /// <summary>204; what was not delivered yet is not delivered any more, and the log is gone.</summary>
    public Task<Reply> DeleteAsync(Request request) => db.WriteAsync<Reply>(async tx =>
    {
        if (await FindAsync(tx, request) is not { } found)
        {
            return Errors.NotFound;
        }

        var batch = tx.Batch();
        // Whoever queues something or notes a try holds the endpoint: once it is gone, there is nothing more to come.
        batch.Execute("DELETE FROM webhook_endpoints WHERE id = $1", found.Id);
        batch.Execute("DELETE FROM webhook_deliveries WHERE endpoint_id = $1", found.Id);
        batch.Execute("DELETE FROM webhook_attempts WHERE endpoint_id = $1", found.Id);
        await batch.RunAsync();
        return Reply.NoContent(found.StoreId);
    });

    /// <summary>200: sent to again; of a paused one what is pending at once. What happened while it was paused is not sent.</summary>
    public async Task<Reply> ResumeAsync(Request request) => await request.NoMembersAsync() is { } error ? error
        : await IdempotentWork.RunAsync(db, request, required: false, async tx =>
    {
        if (await FindAsync(tx, request) is not { } found)
        {
            return Errors.NotFound;
        }

        var batch = tx.Batch();
        var now = batch.Now();
        batch.Execute("UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1", found.Id);
        var paused = batch.Query("UPDATE webhook_endpoints SET paused_at = NULL WHERE id = $1 AND paused_at IS NOT NULL RETURNING id",
            r => r.Uuid(0), found.Id);
        await batch.RunAsync();
        // Of one that was not paused something may be on its way just now.
        if (paused.Rows.Count > 0)
        {
            await tx.ExecuteAsync(
                "UPDATE webhook_deliveries SET next_attempt_at = $2 WHERE endpoint_id = $1 AND status = 'pending' AND next_attempt_at > $2",
                found.Id, now.First);
        }

        return Reply.Ok(found with { Status = "active", FailingSince = null, PausedAt = null });
    });

    /// <summary>The endpoint of the request's path; null when it is not the caller's to know.</summary>
    internal static async Task<WebhookEndpoint?> FindAsync(DbSession session, Request request)
    {
        var found = request.Id() is { } id
            ? await session.FirstAsync($"SELECT {WebhookEndpoint.Columns} FROM webhook_endpoints WHERE id = $1", WebhookEndpoint.Map, id)
            : null;
        return found is not null && request.Caller.Manages(found.StoreId) ? found : null;
    }

    private async Task<Reply> AddAsync(Tx tx, Guid storeId, string url, string? description, List<string> wanted, byte[] secret)
    {
        // The store's row is locked, so that two at once are counted.
        if ((await tx.QueryAsync("SELECT id FROM stores WHERE id = $1 {lock}", r => r.Uuid(0), storeId)).Count == 0)
        {
            return Errors.NotFound;
        }

        var batch = tx.Batch();
        var count = batch.Query("SELECT COUNT(*) FROM webhook_endpoints WHERE store_id = $1", r => r.Long(0), storeId);
        var now = batch.Now();
        await batch.RunAsync();
        if (count.First >= WebhookErrors.MaxEndpoints)
        {
            return WebhookErrors.TooMany;
        }

        var made = new WebhookEndpoint(Guid.CreateVersion7(), storeId, url, description, wanted, "active", null, null, now.First);
        var (value, isSealed) = WebhookSecrets.Seal(box, made.Id, secret);
        await tx.ExecuteAsync(
            "INSERT INTO webhook_endpoints (id, store_id, url, description, types, secret, is_sealed, created_at) VALUES ($1, $2, $3, "
            + "$4{as text}, $5, $6, $7, $8)",
            made.Id, storeId, url, description, JsonSerializer.Serialize(wanted), value, isSealed, now.First);
        return Reply.Created(
            new
            {
                made.Id,
                Secret = WebhookSecrets.Show(secret),
                made.StoreId,
                made.Url,
                made.Description,
                made.Types,
                made.Status,
                made.CreatedAt
            },
            $"{Routes.Base}/webhook-endpoints/{made.Id}");
    }

    /// <summary>
    /// What is wrong with an address; null: nothing that can be seen from here. Names are looked up when something is sent.
    /// </summary>
    private string? Fault(string text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
        || HostOf(url) is not { Length: > 0 } host || url.UserInfo.Length > 0 || url.Fragment.Length > 0
            ? "must be an address such as https://shop.example.com/hooks, without a user or a fragment"
        : options.AllowPrivate ? null
        : url.Scheme != "https" ? "must begin with https://"
        : IPAddress.TryParse(host.Trim('[', ']'), out var address) && !Addresses.IsPublic(address.GetAddressBytes())
        ? "is not an address of the public internet"
        : null;

    /// <summary>As it is looked up; null where it cannot be: <see cref="Uri"/> takes names that no domain can have.</summary>
    private static string? HostOf(Uri url)
    {
        try
        {
            return url.IdnHost;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }
}

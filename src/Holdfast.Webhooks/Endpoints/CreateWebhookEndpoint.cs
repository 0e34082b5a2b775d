using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Identity.Secrets;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Webhooks.Core;

namespace Holdfast.Webhooks.Endpoints;

/// <summary>
/// <c>POST /webhook-endpoints</c> <c>{storeId, url, types?, description?}</c>, for staff of the store: 201 with the secret, which is shown
/// this once; 409 <c>too_many_webhook_endpoints</c>.
/// </summary>
internal sealed class CreateWebhookEndpoint(Db db, SecretBox box, EventTypes types, WebhookOptions options)
{
    private const int SecretBytes = 32;

    public async Task<Reply> HandleAsync(Request request)
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

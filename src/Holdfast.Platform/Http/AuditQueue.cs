using System.Text.Json;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Http;

/// <summary>
/// Writes the audit lines of staff's requests right after their change has committed and before they are answered; lines that wait at the same time
/// share a commit. A process that dies in between loses the line, not the change (orders keep their own history in the same commit).
/// </summary>
public sealed class AuditQueue(Db db, ILogger<AuditQueue> log) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Lock _guard = new();
    private List<AuditEntry> _waiting = [];

    /// <summary>Returns when the line is in the database. Never throws: where it cannot be written, it goes into the log instead.</summary>
    public async Task NoteAsync(AuditEntry entry)
    {
        lock (_guard)
        {
            _waiting.Add(entry);
        }

        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            List<AuditEntry> entries;
            lock (_guard)
            {
                (entries, _waiting) = (_waiting, []);
            }

            // Empty: somebody else has written ours with theirs.
            if (entries.Count > 0)
            {
                await WriteAsync(entries).ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();

    /// <summary>Whether a request is for the log: something that staff, a service or an admin changed. Quotes change nothing.</summary>
    internal static bool Concerns(Caller caller, RouteRule route, Reply reply) => caller.Role is Role.Staff or Role.Service or Role.Admin && route.Method != "GET"
        && reply.Error is null && !reply.Replayed && !route.Pattern.EndsWith("/quote", StringComparison.Ordinal);

    internal static AuditEntry Entry(Request request, RouteRule route, Reply reply)
    {
        var (id, store) = Members(reply.Body);
        var resource = request.Http.Request.RouteValues.Values.OfType<string>().FirstOrDefault() ?? id;
        return new AuditEntry($"{route.Method} {route.Pattern[(route.Pattern.StartsWith(Routes.Base, StringComparison.Ordinal) ? Routes.Base.Length : 0)..]}",
            request.Caller.Actor, resource is { Length: > 100 } ? resource[..100] : resource, store);
    }

    private async Task WriteAsync(List<AuditEntry> entries)
    {
        try
        {
            await db.WriteAsync(async tx =>
            {
                var batch = tx.Batch();
                var now = batch.Now();
                await batch.RunAsync().ConfigureAwait(false);
                AuditLog.Note(batch, entries, now.First);
                await batch.RunAsync().ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            foreach (var entry in entries)
            {
                log.LogError("An audit line could not be written ({Reason}): {Actor} {Action} {Resource}", e.Message, entry.Actor, entry.Action, entry.Resource);
            }
        }
    }

    /// <summary>The <c>id</c> and <c>storeId</c> of the answer, where it is a resource.</summary>
    private static (string? Id, Guid? StoreId) Members(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty || body.Span[0] != '{')
        {
            return (null, null);
        }

        string? id = null;
        Guid? store = null;
        var json = new Utf8JsonReader(body.Span);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 1)
            {
                continue;
            }

            var (isId, isStore) = (json.ValueTextEquals("id"u8), json.ValueTextEquals("storeId"u8));
            json.Read();
            if (json.TokenType == JsonTokenType.String)
            {
                id = isId ? json.GetString() : id;
                store = isStore && json.TryGetGuid(out var parsed) ? parsed : store;
            }
        }

        return (id, store);
    }
}

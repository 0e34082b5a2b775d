using System.Text.Json;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Platform.Http.Audit;

/// <summary>
/// Makes a change by staff, a service or an admin and its line in the audit log one commit. The scope follows the request through every
/// await; <see cref="Holdfast.Platform.Data.Db.WriteAsync{T}"/> asks it before the commit, and a batch takes the scopes of its commands.
/// The result of a transaction says whether it is the request's change: an answer, or an <see cref="Error"/> that is null.
/// </summary>
internal sealed class AuditScope
{
    private static readonly AsyncLocal<AuditScope?> UnderWay = new();

    private readonly Request _request;
    private readonly RouteRule _route;

    private AuditScope(Request request, RouteRule route) => (_request, _route) = (request, route);

    /// <summary>The audit scope of the current request; null if its changes are not audited.</summary>
    public static AuditScope? Current => UnderWay.Value;

    /// <summary>
    /// Sets the scope for the rest of the caller's async method. Quotes change nothing, and sign-in writes its own lines.
    /// </summary>
    public static void Accompany(Request request, RouteRule route)
    {
        if (request.Caller.Role is Role.Staff or Role.Service or Role.Admin && route.Method != "GET"
            && !route.Pattern.EndsWith("/quote", StringComparison.Ordinal)
            && !route.Pattern.StartsWith(Routes.Base + "/auth/", StringComparison.Ordinal))
        {
            UnderWay.Value = new AuditScope(request, route);
        }
    }

    /// <summary>
    /// Returns the line to write with a transaction of this result; null if the result is a refusal, a replay, or only a step towards the
    /// change.
    /// </summary>
    public AuditEntry? Line<T>(T outcome) => outcome switch
    {
        null when typeof(T) == typeof(Error) => Entry(default, null),
        Result<Reply> result => result.IsOk ? Line(result.Value) : null,
        Reply { Error: not null } => null,
        IAnswer { Replayed: false } answer => Entry(answer.Body, answer.StoreId),
        _ => null,
    };

    private AuditEntry Entry(ReadOnlyMemory<byte> body, Guid? storeId)
    {
        var (id, store) = Members(body);
        var resource = _request.Http.Request.RouteValues.Values.OfType<string>().FirstOrDefault() ?? id;
        store ??= storeId ?? _request.QueriedStore ?? _request.Id("storeId");
        return new AuditEntry(
            $"{_route.Method} "
            + $"{_route.Pattern[(_route.Pattern.StartsWith(Routes.Base, StringComparison.Ordinal) ? Routes.Base.Length : 0)..]}",
            _request.Caller.Actor, resource is { Length: > 100 } ? resource[..100] : resource, store)
        {
            // A batch writes the lines of several callers.
            Address = ClientAddress.Text(_request.Http.Connection.RemoteIpAddress),
        };
    }

    /// <summary>Returns the <c>id</c> and <c>storeId</c> of the answer, if it is a resource.</summary>
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

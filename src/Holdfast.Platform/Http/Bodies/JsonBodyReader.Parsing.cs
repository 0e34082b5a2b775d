using System.Text.Json;

namespace Holdfast.Platform.Http.Bodies;

/// <summary>Parses the bytes of a body into an object.</summary>
public sealed partial class JsonBodyReader
{
    private const int MaxDepth = 32;

    /// <summary>Bodies up to this size are cheap whatever they contain; larger ones are scanned before they are parsed.</summary>
    private const int CheapBytes = 64 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions Lenient = new() { MaxDepth = MaxDepth };

    /// <summary>
    /// Parses a body. 400 <c>invalid_json</c> if it is not one well-formed object, <c>duplicate_member</c> if an object has a member twice,
    /// <c>not_utf8</c> for other encodings, <c>too_many_members</c>. An empty body counts as <c>{}</c>; a UTF-8 byte order mark is skipped.
    /// </summary>
    public static Result<JsonBodyReader> Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
        {
            body = body[3..];
        }

        // JSON begins with two ASCII characters: a NUL beside them is UTF-16 or UTF-32.
        if (body.Length >= 2
            && (body.Span[0] is 0xFE or 0xFF || (body.Span[..2].Contains((byte)0) && body.Span[..2].ContainsAnyExcept((byte)0))))
        {
            return Errors.NotUtf8;
        }

        try
        {
            if (body.Length > CheapBytes && HasTooManyMembers(body.Span))
            {
                return Errors.TooManyMembers;
            }

            var root = body.IsEmpty ? JsonDocument.Parse("{}").RootElement : JsonDocument.Parse(body, Strict).RootElement;
            return root.ValueKind != JsonValueKind.Object ? Errors.InvalidJson
                : root.GetPropertyCount() > MaxMembers ? Errors.TooManyMembers
                : new JsonBodyReader(root, "", new Findings());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Twice(body) is { } name ? Errors.DuplicateMember.With("member", name) : Errors.InvalidJson;
        }
    }

    private static bool HasTooManyMembers(ReadOnlySpan<byte> body)
    {
        Span<int> members = stackalloc int[MaxDepth + 1];
        var json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.StartObject)
            {
                members[json.CurrentDepth] = 0;
            }
            else if (json.TokenType == JsonTokenType.PropertyName && ++members[json.CurrentDepth - 1] > MaxMembers)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the name of a member that an object has twice; null if the body is wrong in another way.</summary>
    private static string? Twice(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Lenient);
            return Twice(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // It is no JSON at all, or not Unicode.
            return null;
        }
    }

    private static string? Twice(JsonElement element)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : default)
        {
            if (!names.Add(member.Name))
            {
                return member.Name.Length <= MaxShown ? member.Name : member.Name[..MaxShown];
            }

            if (Twice(member.Value) is { } deeper)
            {
                return deeper;
            }
        }

        foreach (var entry in element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : default)
        {
            if (Twice(entry) is { } deeper)
            {
                return deeper;
            }
        }

        return null;
    }
}

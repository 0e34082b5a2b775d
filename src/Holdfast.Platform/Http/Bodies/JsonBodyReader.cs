using System.Text.Json;
using Holdfast.Platform.Text;

namespace Holdfast.Platform.Http.Bodies;

/// <summary>
/// Reads a JSON object field by field, collects what is wrong with each, and knows which members nobody asked for:
/// <code>
/// var name = fields.Text("name", max: 200);
/// var price = fields.Long("price", min: 0, max: Money.Max);
/// if (fields.Done() is { } error) return error;
/// </code>
/// After a failure the values are defaults; only <see cref="Done"/> says whether they count.
/// </summary>
public sealed partial class JsonBodyReader
{
    private readonly JsonElement _object;
    private readonly string _path;
    private readonly Findings _findings;
    private readonly List<string> _found = [];

    private JsonBodyReader(JsonElement element, string path, Findings findings)
    {
        (_object, _path, _findings) = (element, path, findings);
        if (element.GetPropertyCount() > MaxMembers)
        {
            findings.Add(path.TrimEnd('.'), $"has more than {MaxMembers} members");
        }
        else
        {
            findings.All.Add(this);
        }
    }

    /// <summary>The most members that an object may have: no resource has half as many.</summary>
    private const int MaxMembers = 200;

    /// <summary>No form sends a longer text of blanks.</summary>
    private const int MaxBlank = 200;

    /// <summary>Returns what is wrong, or null. Call it once, after every field has been read.</summary>
    public Error? Done() => _findings.ToError();

    public bool Has(string name) => Get(name, out _);

    /// <summary>Whether the member is present and null: a merge patch then removes the value (RFC 7396).</summary>
    public bool IsNull(string name) => !Get(name, out _) && _object.TryGetProperty(name, out _);

    /// <summary>
    /// Reads a required string that is not blank, in NFC. NUL and unpaired surrogates are refused; so are other control characters, unless
    /// <paramref name="lines"/>.
    /// </summary>
    public string Text(string name, int max = 200, int min = 1, bool lines = false)
    {
        if (Read(name, max, min, lines, isOptional: false) is { } text)
        {
            return text;
        }

        Missing(name);
        return "";
    }

    /// <summary>
    /// As <see cref="Text"/>, or null when it is absent or blank: forms send an empty text for a field that was not filled in.
    /// </summary>
    public string? TextOrNull(string name, int max = 200, int min = 1, bool lines = false) => Read(name, max, min, lines, isOptional: true);

    /// <summary>
    /// Reads a string that is a key, not a text: keys are compared byte by byte, so it stays as it was sent. Null when it is absent.
    /// </summary>
    public string? OpaqueOrNull(string name, int max) =>
        !Get(name, out var value) ? null
        : StringOrNull(value) is { } text && text.Length <= max && IsClean(text) ? text
        : Wrong<string?>(name, $"must be plain text of at most {max} characters");

    private string? Read(string name, int max, int min, bool lines, bool isOptional)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return Wrong<string?>(name, "must be a string");
        }

        if (StringOrNull(value) is not { } given)
        {
            return Wrong<string?>(name, "is not valid Unicode");
        }

        // A text that is far too long is not worth the work of normalising it; what is composed has at most a third of the length.
        var text = given.Length > max * 4 ? given : UnicodeText.Nfc(given).Trim();
        return text.Length == 0 && isOptional && min > 0 ? null
            : text.Length < min ? Wrong<string?>(name, $"must have at least {min} characters")
            : text.Length > max ? Wrong<string?>(name, $"must have at most {max} characters")
            : IsClean(text, lines) ? text : Wrong<string?>(name, "has control characters");
    }

    /// <summary>Reads a password: every character counts, including blanks at its ends.</summary>
    public string Secret(string name, int max = 256)
    {
        if (!Get(name, out var value))
        {
            Missing(name);
            return "";
        }

        try
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && text.Length <= max ? text
                : Wrong<string>(name, $"must be a string of 1 to {max} characters") ?? "";
        }
        catch (InvalidOperationException)
        {
            return Wrong<string>(name, "is not valid Unicode") ?? "";
        }
    }

    /// <summary>Whether a text can be stored and logged: well-formed, without control characters.</summary>
    public static bool IsClean(string text, bool lines = false)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) ? i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]) : char.IsLowSurrogate(c)
                && (i == 0 || !char.IsHighSurrogate(text[i - 1])))
            {
                return false;
            }

            if (char.IsControl(c) && !(lines && c is '\n' or '\r' or '\t'))
            {
                return false;
            }
        }

        return true;
    }

    public Guid Uuid(string name) => UuidOrNull(name) ?? Missing<Guid>(name);

    /// <summary>A UUID with hyphens, or null when it is absent or blank.</summary>
    public Guid? UuidOrNull(string name)
    {
        if (!Get(name, out var value) || IsBlank(value))
        {
            return null;
        }

        return Guid.TryParseExact(StringOrNull(value), "D", out var id) ? id : Wrong<Guid?>(name, "must be a UUID");
    }

    /// <summary><c>true</c> or <c>false</c>, or null when it is absent.</summary>
    public bool? BoolOrNull(string name)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
            : Wrong<bool?>(name, "must be true or false");
    }

    /// <summary>One of the given words.</summary>
    public string Word(string name, params ReadOnlySpan<string> words)
    {
        if (WordOrNull(name, words) is { } word)
        {
            return word;
        }

        Missing(name);
        return "";
    }

    /// <summary>One of the given words, or null when it is absent or blank.</summary>
    public string? WordOrNull(string name, params ReadOnlySpan<string> words)
    {
        if (Read(name, 200, 1, lines: false, isOptional: true) is not { } text)
        {
            return null;
        }

        foreach (var word in words)
        {
            if (word == text)
            {
                return word;
            }
        }

        return Wrong<string?>(name, $"must be one of {string.Join(", ", words.ToArray())}");
    }

    /// <summary>Reports a field that breaks a rule of the use case.</summary>
    public void Reject(string name, string message) => _findings.Add(_path + name, message);

    private bool Get(string name, out JsonElement value)
    {
        if (!_object.TryGetProperty(name, out value))
        {
            return false;
        }

        if (!_found.Contains(name))
        {
            _found.Add(name);
        }

        return value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>
    /// Returns the text of a string if it is valid Unicode; else null. <see cref="JsonElement"/> itself throws at an unpaired surrogate and
    /// at invalid UTF-8.
    /// </summary>
    public static string? StringOrNull(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether the value counts as absent: forms send an empty text for a field that was not filled in.</summary>
    private static bool IsBlank(JsonElement value) =>
        StringOrNull(value) is { Length: <= MaxBlank } text && string.IsNullOrWhiteSpace(text);

    private T? Wrong<T>(string name, string message)
    {
        _findings.Add(_path + name, message);
        return default;
    }

    private T Missing<T>(string name) where T : struct
    {
        Missing(name);
        return default;
    }

    private void Missing(string name)
    {
        // What is there but wrong has been said already, perhaps of an entry in it. What is blank is as good as absent.
        if (!_object.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null
            || (IsBlank(value) && !_findings.Errors.ContainsKey(_path + name)))
        {
            _findings.Add(_path + name, "is required");
        }
    }
}

using System.Globalization;
using System.Text.Json;

namespace Holdfast.Platform.Http;

/// <summary>
/// Reads a JSON object field by field, collects what is wrong with each, and knows which members nobody asked for:
/// <code>
/// var name = fields.Text("name", max: 200);
/// var price = fields.Long("price", min: 0, max: Money.Max);
/// if (fields.Done() is { } error) return error;
/// </code>
/// After a failure the values are defaults; only <see cref="Done"/> says whether they count.
/// </summary>
public sealed partial class Fields
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private readonly JsonElement _object;
    private readonly string _path;
    private readonly Findings _findings;
    private readonly List<string> _found = [];

    private Fields(JsonElement element, string path, Findings findings)
    {
        (_object, _path, _findings) = (element, path, findings);
        findings.All.Add(this);
    }

    /// <summary>Parses a body; 400 <c>invalid_json</c> when it is not one well-formed object. An empty body counts as <c>{}</c>.</summary>
    public static Result<Fields> Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var root = body.IsEmpty ? JsonDocument.Parse("{}").RootElement : JsonDocument.Parse(body, Strict).RootElement;
            return root.ValueKind == JsonValueKind.Object ? new Fields(root, "", new Findings()) : Errors.InvalidJson;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Errors.InvalidJson;
        }
    }

    /// <summary>What is wrong, or null. Call it once, after every field was asked for.</summary>
    public Error? Done() => _findings.ToError();

    public bool Has(string name) => Get(name, out _);

    /// <summary>A string that is there and not blank. NUL and unpaired surrogates are refused; other control characters, too, unless <paramref name="lines"/>.</summary>
    public string Text(string name, int max = 200, int min = 1, bool lines = false)
    {
        if (TextOrNull(name, max, min, lines) is { } text)
        {
            return text;
        }

        Missing(name);
        return "";
    }

    /// <summary>As <see cref="Text"/>, or null when it is absent.</summary>
    public string? TextOrNull(string name, int max = 200, int min = 1, bool lines = false)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return Wrong<string?>(name, "must be a string");
        }

        string text;
        try
        {
            text = value.GetString()!.Trim();
        }
        catch (InvalidOperationException)
        {
            return Wrong<string?>(name, "is not valid Unicode");
        }

        return text.Length < min ? Wrong<string?>(name, $"must have at least {min} characters")
            : text.Length > max ? Wrong<string?>(name, $"must have at most {max} characters")
            : IsClean(text, lines) ? text : Wrong<string?>(name, "has control characters");
    }

    /// <summary>A password: every character counts, blanks at its ends, too.</summary>
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
            if (char.IsHighSurrogate(c) ? i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]) : char.IsLowSurrogate(c) && (i == 0 || !char.IsHighSurrogate(text[i - 1])))
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

    public long Long(string name, long min, long max) => LongOrNull(name, min, max) ?? Missing<long>(name);

    /// <summary>A whole number within the bounds, or null when it is absent.</summary>
    public long? LongOrNull(string name, long min, long max)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        return value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number) ? Wrong<long?>(name, "must be a whole number")
            : number < min || number > max ? Wrong<long?>(name, $"must be from {min} to {max}")
            : number;
    }

    public int Int(string name, int min, int max) => (int)Long(name, min, max);

    public int? IntOrNull(string name, int min, int max) => (int?)LongOrNull(name, min, max);

    /// <summary>A finite number within the bounds, or null when it is absent.</summary>
    public double? NumberOrNull(string name, double min, double max)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        return value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number) ? Wrong<double?>(name, "must be a number")
            : number < min || number > max ? Wrong<double?>(name, string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}"))
            : number;
    }

    /// <summary>
    /// A percentage with at most two decimals, as basis points: 12.5 is 1250. Or null when it is absent. The bounds are basis points, too.
    /// </summary>
    public long? PercentOrNull(string name, long min, long max)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        return value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var percent) || percent is < -1_000_000 or > 1_000_000 || percent * 100 % 1 != 0
            ? Wrong<long?>(name, "must be a number with at most two decimals")
            : percent * 100 < min || percent * 100 > max
            ? Wrong<long?>(name, string.Create(CultureInfo.InvariantCulture, $"must be from {min / 100m} to {max / 100m}"))
            : (long)(percent * 100);
    }

    public Guid Uuid(string name) => UuidOrNull(name) ?? Missing<Guid>(name);

    /// <summary>A UUID with hyphens, or null when it is absent.</summary>
    public Guid? UuidOrNull(string name)
    {
        if (!Get(name, out var value))
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

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : Wrong<bool?>(name, "must be true or false");
    }

    /// <summary>An RFC 3339 time as UTC, or null when it is absent.</summary>
    public DateTime? TimeOrNull(string name)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        return StringOrNull(value) is not null && value.TryGetDateTimeOffset(out var time) ? time.UtcDateTime : Wrong<DateTime?>(name, "must be an RFC 3339 time");
    }

    /// <summary>One of the given words.</summary>
    public string? WordOrNull(string name, params ReadOnlySpan<string> words)
    {
        if (TextOrNull(name) is not { } text)
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

    /// <summary>Notes a rule of the use case's own that a field breaks.</summary>
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

    /// <summary>The text of a string that is valid Unicode; else null. <see cref="JsonElement"/> itself throws at an unpaired surrogate and at invalid UTF-8.</summary>
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
        // What is there but wrong has been said already, perhaps of an entry in it.
        if (!_object.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            _findings.Add(_path + name, "is required");
        }
    }
}

using System.Text.Json;
using Holdfast.Platform.Text;

namespace Holdfast.Platform.Http.Bodies;

/// <summary>Lists and objects within the object.</summary>
public sealed partial class JsonBodyReader
{
    private const int MaxEntries = 50;

    /// <summary>A list of objects, each read by <paramref name="read"/>.</summary>
    public List<T> Objects<T>(string name, Func<JsonBodyReader, T> read, int min = 1, int max = 100)
    {
        if (ObjectsOrNull(name, read, min, max) is { } list)
        {
            return list;
        }

        Missing(name);
        return [];
    }

    /// <summary>As <see cref="Objects"/>, or null when it is absent.</summary>
    public List<T>? ObjectsOrNull<T>(string name, Func<JsonBodyReader, T> read, int min = 1, int max = 100)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return Wrong<List<T>?>(name, "must be a list");
        }

        var count = value.GetArrayLength();
        if (count < min || count > max)
        {
            return Wrong<List<T>?>(name, $"must have from {min} to {max} entries");
        }

        var list = new List<T>(count);
        foreach (var element in value.EnumerateArray())
        {
            var path = $"{name}[{list.Count}]";
            if (element.ValueKind != JsonValueKind.Object)
            {
                return Wrong<List<T>?>(path, "must be an object");
            }

            list.Add(read(new JsonBodyReader(element, $"{_path}{path}.", _findings)));
        }

        return list;
    }

    /// <summary>A list of strings.</summary>
    public List<string>? TextsOrNull(string name, int max = 100, int maxLength = 200)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > max
            || value.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.String))
        {
            return Wrong<List<string>?>(name, $"must be a list of at most {max} strings");
        }

        try
        {
            var list = value.EnumerateArray().Select(e => UnicodeText.Nfc(e.GetString()!)).ToList();
            return list.All(s => s.Length <= maxLength && IsClean(s)) ? list
                : Wrong<List<string>?>(name, $"each must be plain text of at most {maxLength} characters");
        }
        catch (InvalidOperationException)
        {
            return Wrong<List<string>?>(name, "is not valid Unicode");
        }
    }

    /// <summary>A nested object, or null when it is absent.</summary>
    public JsonBodyReader? ObjectOrNull(string name)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Object ? new JsonBodyReader(value, $"{_path}{name}.", _findings)
            : Wrong<JsonBodyReader?>(name, "must be an object");
    }

    /// <summary>Whether the member is a string, for members that take both a string and an object.</summary>
    public bool IsText(string name) => Get(name, out var value) && value.ValueKind == JsonValueKind.String;

    /// <summary>String to string, at most 50 entries, keys of 40 characters, values of 500: the limits of Stripe's metadata.</summary>
    public IReadOnlyDictionary<string, string>? MetadataOrNull(string name)
    {
        if (!Get(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return Wrong<IReadOnlyDictionary<string, string>?>(name, "must be an object");
        }

        if (value.GetPropertyCount() > MaxEntries)
        {
            return Wrong<IReadOnlyDictionary<string, string>?>(name, $"must have at most {MaxEntries} entries");
        }

        try
        {
            var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in value.EnumerateObject())
            {
                if (member.Name.Length is 0 or > 40 || !IsClean(member.Name) || member.Value.ValueKind != JsonValueKind.String
                    || member.Value.GetString() is not { Length: <= 500 } text || !IsClean(text, lines: true))
                {
                    return Wrong<IReadOnlyDictionary<string, string>?>(name,
                        "must map keys of 1 to 40 characters to strings of at most 500");
                }

                if (!map.TryAdd(UnicodeText.Nfc(member.Name), UnicodeText.Nfc(text)))
                {
                    return Wrong<IReadOnlyDictionary<string, string>?>(name, "names one key in two ways");
                }
            }

            return map;
        }
        catch (InvalidOperationException)
        {
            return Wrong<IReadOnlyDictionary<string, string>?>(name, "is not valid Unicode");
        }
    }
}

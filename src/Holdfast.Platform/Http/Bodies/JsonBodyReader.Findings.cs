using System.Text.Json;

namespace Holdfast.Platform.Http.Bodies;

/// <summary>What is wrong with the object and everything in it.</summary>
public sealed partial class JsonBodyReader
{
    /// <summary>The most findings that an answer lists. If there are more, it says only that.</summary>
    private const int MaxFindings = 20;

    private const int MaxShown = 100;

    private sealed class Findings
    {
        public List<JsonBodyReader> All { get; } = [];

        public SortedDictionary<string, string[]> Errors { get; } = new(StringComparer.Ordinal);

        private bool HasMore { get; set; }

        public void Add(string path, string message)
        {
            if (Errors.Count < MaxFindings || Errors.ContainsKey(path))
            {
                Errors[path] = [message];
            }
            else
            {
                HasMore = true;
            }
        }

        public Error? ToError()
        {
            var unknown = Unknown(out var hasMore);
            return unknown is not null ? WithMore(Platform.Errors.UnknownField with { Fields = unknown }, hasMore)
                : Errors.Count > 0 ? WithMore(Platform.Errors.InvalidRequest with { Fields = Errors }, HasMore)
                : null;
        }

        private static Error WithMore(Error error, bool hasMore) => hasMore ? error.With("hasMore", true) : error;

        /// <summary>Returns the first unknown members; null if there are none.</summary>
        private SortedDictionary<string, string[]>? Unknown(out bool hasMore)
        {
            hasMore = false;
            SortedDictionary<string, string[]>? unknown = null;
            foreach (var fields in All)
            {
                // As many members as were asked for and found: there is none that nobody asked for.
                if (fields._found.Count == fields._object.GetPropertyCount())
                {
                    continue;
                }

                foreach (var member in fields._object.EnumerateObject())
                {
                    if (fields.WasAsked(member))
                    {
                        continue;
                    }

                    if (unknown?.Count == MaxFindings)
                    {
                        hasMore = true;
                        return unknown;
                    }

                    unknown ??= new(StringComparer.Ordinal);
                    unknown[fields._path + Shown(member)] = ["is unknown or read-only"];
                }
            }

            return unknown;
        }

        private static string Shown(JsonProperty member)
        {
            try
            {
                return member.Name.Length <= MaxShown ? member.Name : member.Name[..MaxShown];
            }
            catch (InvalidOperationException)
            {
                return "(not valid Unicode)";
            }
        }
    }

    private bool WasAsked(JsonProperty member)
    {
        foreach (var name in _found)
        {
            if (member.NameEquals(name))
            {
                return true;
            }
        }

        return false;
    }
}

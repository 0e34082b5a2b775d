using System.Text.Json;

namespace Holdfast.Platform.Http;

/// <summary>What is wrong with the object and everything in it.</summary>
public sealed partial class Fields
{
    private sealed class Findings
    {
        public List<Fields> All { get; } = [];

        public SortedDictionary<string, string[]> Errors { get; } = new(StringComparer.Ordinal);

        public void Add(string path, string message) => Errors[path] = [message];

        public Error? ToError()
        {
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
                    if (!fields.WasAsked(member))
                    {
                        unknown ??= new(StringComparer.Ordinal);
                        unknown[fields._path + Shown(member)] = ["is unknown or read-only"];
                    }
                }
            }

            return unknown is not null ? Platform.Errors.UnknownField with { Fields = unknown }
                : Errors.Count > 0 ? Platform.Errors.InvalidRequest with { Fields = Errors }
                : null;
        }

        private static string Shown(JsonProperty member)
        {
            try
            {
                return member.Name.Length <= 100 ? member.Name : member.Name[..100];
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

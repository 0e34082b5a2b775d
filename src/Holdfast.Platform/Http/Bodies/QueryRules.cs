using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Platform.Http.Bodies;

/// <summary>Refuses unknown parameters. If they were ignored, a list would show what its reader meant to leave out.</summary>
internal static class QueryRules
{
    /// <summary>The most wrong, missing or extra letters for which a name is suggested: suggestions are for typing errors.</summary>
    private const int MaxDistance = 3;

    private const int MaxShown = 60;

    /// <summary>400 for a parameter that the route does not know, or that occurs twice; null if all is well.</summary>
    public static Error? Refusal(HttpRequest request, RouteRule route)
    {
        if (!request.QueryString.HasValue || route.TakesAnyQuery)
        {
            return null;
        }

        foreach (var (name, values) in request.Query)
        {
            var shown = name.Length <= MaxShown ? name : name[..MaxShown];
            if (!route.Query.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                var error = Errors.UnknownParameter.With("parameter", shown).With("known", route.Query);
                return Nearest(name, route.Query) is { } nearest ? error.With("nearest", nearest) : error;
            }

            if (values.Count > 1)
            {
                return Errors.DuplicateParameter.With("parameter", shown);
            }
        }

        return null;
    }

    private static string? Nearest(string name, IReadOnlyList<string> known)
    {
        if (name.Length > MaxShown)
        {
            return null;
        }

        var best = known.Select(k => (Name: k, Distance: Distance(name, k))).OrderBy(k => k.Distance).FirstOrDefault();
        return best.Name is { } nearest && best.Distance <= Math.Min(MaxDistance, nearest.Length / 2) ? nearest : null;
    }

    /// <summary>Levenshtein's distance, without regard to case.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[b.Length];
    }
}

using Holdfast.Platform.Text;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Platform.Http.Routing;

/// <summary>The rule of a route. It is on the endpoint, so that a test can check all routes.</summary>
public sealed record RouteRule(string Method, string Pattern, Access Access, Limit Limit = Limit.None)
{
    /// <summary>The query parameters that the route knows; any other is 400.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

    /// <summary>
    /// Health probes are answered whatever their query contains: an unknown parameter must not take a server out of service.
    /// </summary>
    internal bool TakesAnyQuery { get; } = Pattern.StartsWith("/health", StringComparison.Ordinal);

    /// <summary>
    /// The scope that an API key needs here: the first part of the path and <c>read</c> or <c>write</c>, such as <c>orders:read</c>.
    /// </summary>
    public string Scope { get; } = $"{FirstPart(Pattern)}:{(Method == "GET" ? "read" : "write")}";

    /// <summary>
    /// Returns the method and the path with normalised ids: the same text however the path was spelled. UUIDs are in lower case. Other
    /// parameters are in upper case: the only such parameter is a discount code, and codes are looked up without regard to case.
    /// </summary>
    public string Address(RouteValueDictionary values)
    {
        if (!Pattern.Contains('{', StringComparison.Ordinal))
        {
            return $"{Method} {Pattern}";
        }

        var parts = Pattern.Split('/').Select(part => part.StartsWith('{') ? Understood(part[1..^1]) : part);
        return $"{Method} {string.Join('/', parts)}";

        string Understood(string name)
        {
            var value = values[name] as string ?? throw new InvalidOperationException($"{Pattern} has no value for {name}");
            return Guid.TryParseExact(value, "D", out var id) ? id.ToString() : UnicodeText.Key(value).ToUpperInvariant();
        }
    }

    private static string FirstPart(string pattern)
    {
        var start = pattern.StartsWith(Routes.Base + "/", StringComparison.Ordinal) ? Routes.Base.Length + 1 : 1;
        return pattern[start..].Split('/')[0];
    }
}

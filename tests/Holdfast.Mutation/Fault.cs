namespace Holdfast.Mutation;

/// <summary>One planted fault: where it is, what stands there, what is put in its place, and which tests must notice.</summary>
/// <param name="File">From the root of the repository, with slashes.</param>
/// <param name="What">What is wrong with the fault, in a phrase.</param>
/// <param name="After">What stands right before the original, where that alone is in the file more than once; else empty.</param>
/// <param name="Original">The source as it is, once in the file: an expression, or whole statements.</param>
/// <param name="Replacement">The fault; empty where statements are left out.</param>
/// <param name="Tests">
/// Test classes, as their names end; with <c>#</c> and the beginning of a method's name, those of its tests alone.
/// </param>
/// <param name="Equivalent">Why no test can notice it; null where one must.</param>
public sealed record Fault(int Number, string File, string What, string After, string Original, string Replacement,
    IReadOnlyList<string> Tests, string? Equivalent)
{
    /// <summary>Whether statements are replaced, not an expression: they end with a semicolon, or with a brace on its own line.</summary>
    public bool IsStatement => Original[^1] == ';' || Original.Split('\n')[^1].Trim() == "}";

    /// <summary>The source that behaves as the original until the fault is switched on.</summary>
    public string Switched()
    {
        var isOn = $"global::Holdfast.Mut.On({Number})";
        return IsStatement ? $"if ({isOn}) {{ {Replacement} }} else {{ {Original} }}" : $"({isOn} ? ({Replacement}) : ({Original}))";
    }

    /// <summary>Where the original stands in the text of its file; a problem where it is not there exactly once.</summary>
    public (int At, string? Problem) Find(string text)
    {
        var wanted = After + Original;
        var at = text.IndexOf(wanted, StringComparison.Ordinal);
        if (at < 0)
        {
            return (at, $"fault {Number}: the original is not in {File}");
        }

        var isOnce = text.IndexOf(wanted, at + 1, StringComparison.Ordinal) < 0;
        return (at + After.Length, isOnce ? null : $"fault {Number}: the original is in {File} more than once");
    }

    /// <summary>Plants faults into the text of their file.</summary>
    public static string Plant(string text, IEnumerable<Fault> faults)
    {
        foreach (var (fault, at) in faults.Select(f => (Fault: f, f.Find(text).At)).OrderByDescending(f => f.At))
        {
            text = text[..at] + fault.Switched() + text[(at + fault.Original.Length)..];
        }

        return text;
    }
}

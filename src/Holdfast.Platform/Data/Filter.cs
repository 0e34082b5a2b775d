namespace Holdfast.Platform.Data;

/// <summary>The WHERE clause of a list as it grows, with its parameters.</summary>
public sealed class Filter
{
    private readonly List<string> _conditions = [];

    /// <summary>The parameters so far; the next one is <c>$n</c> with one more than their count.</summary>
    public List<object?> Args { get; } = [];

    /// <summary>The clause with a space before it; empty while there are no conditions.</summary>
    public string Where => _conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", _conditions)}";

    /// <param name="condition">With <c>{0}</c>, <c>{1}</c>... where its parameters go.</param>
    public void And(string condition, params object[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            Args.Add(args[i]);
            condition = condition.Replace($"{{{i}}}", $"${Args.Count}", StringComparison.Ordinal);
        }

        _conditions.Add(condition);
    }
}

namespace Holdfast.Orders.Storage;

/// <summary>Conditions of a query with their parameters.</summary>
internal sealed class Filter
{
    private readonly List<string> _conditions = [];

    public List<object?> Args { get; } = [];

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

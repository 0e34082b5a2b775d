
namespace Holdfast.Platform.Data;

/// <summary>Answers and statements do not match: always a bug of the caller.</summary>
internal static class Mismatch
{
    public static InvalidOperationException GivesRows(Statement s) =>
        new($"a statement that gives rows was run as one that gives none: {s.Sql}");

    public static InvalidOperationException GivesNone(Statement s) => new($"a statement that gives no rows was run as a query: {s.Sql}");
}

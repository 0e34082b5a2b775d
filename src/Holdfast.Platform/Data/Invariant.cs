namespace Holdfast.Platform.Data;

/// <summary>Something that holds after every commit; <c>verify</c> checks it.</summary>
/// <param name="Name">Stable, e.g. <c>stock_is_the_sum_of_its_ledger</c>.</param>
/// <param name="Sql">One portable statement that selects the rows where it is broken: none when all is well. Its column names are shown
/// with the values.</param>
public sealed record Invariant(string Name, string Sql);

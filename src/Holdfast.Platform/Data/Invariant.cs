namespace Holdfast.Platform.Data;

/// <summary>Something that holds after every commit; <c>verify</c> checks it.</summary>
/// <param name="Name">The invariant's name, e.g. <c>stock_is_the_sum_of_its_ledger</c>; it never changes.</param>
/// <param name="Sql">One portable statement that selects the rows that break the invariant: none if all is well. Its column names are shown
/// with the values.</param>
public sealed record Invariant(string Name, string Sql);

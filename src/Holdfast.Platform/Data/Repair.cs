namespace Holdfast.Platform.Data;

/// <summary>Recomputes what can be recomputed from a ledger, for <c>verify --repair</c>.</summary>
/// <param name="Name">The repair's name; it never changes.</param>
/// <param name="RunAsync">Repairs on the caller's transaction. Returns one readable line for each row that it changed, or that it cannot
/// change and why.</param>
public sealed record Repair(string Name, Func<Tx, Task<IReadOnlyList<string>>> RunAsync);

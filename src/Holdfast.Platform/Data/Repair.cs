namespace Holdfast.Platform.Data;

/// <summary>Recomputes what can be recomputed from a ledger, for <c>verify --repair</c>.</summary>
/// <param name="Name">Stable.</param>
/// <param name="RunAsync">Repairs on the caller's transaction; one readable line for each row it changed, or cannot change and why.</param>
public sealed record Repair(string Name, Func<Tx, Task<IReadOnlyList<string>>> RunAsync);

namespace Holdfast.Platform.Data;

/// <summary>
/// Work of a migration that SQL cannot do. The migration's script names the class in a line <c>-- then run NAME</c>; it runs after the
/// script's last statement, in the same transaction.
/// </summary>
public interface IMigrationStep
{
    /// <summary>
    /// Does the work. Returns a readable line for each finding that an operator has to look at. Running it again changes nothing.
    /// </summary>
    Task<IReadOnlyList<string>> RunAsync(Tx tx);
}

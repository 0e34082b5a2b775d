namespace Holdfast.Platform.Data;

/// <summary>
/// An update found no row for its guard (WHERE id AND version): somebody changed the row after it was read. The batch runs again.
/// </summary>
public sealed class StaleRowException(string message) : Exception(message);

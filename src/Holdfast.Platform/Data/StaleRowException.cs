namespace Holdfast.Platform.Data;

/// <summary>An update lost against its guard (WHERE id AND version): what was read is no longer so. The batch runs again.</summary>
public sealed class StaleRowException(string message) : Exception(message);

namespace Holdfast.Platform.Data;

/// <summary>The database cannot be used at this moment, and no exception of a driver says so.</summary>
public abstract class DatabaseUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

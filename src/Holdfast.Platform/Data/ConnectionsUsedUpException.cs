namespace Holdfast.Platform.Data;

/// <summary>All connections for this kind of work were in use for longer than a caller waits.</summary>
internal sealed class ConnectionsUsedUpException(Exception? inner = null)
    : DatabaseUnavailableException("all connections to the database are in use", inner);

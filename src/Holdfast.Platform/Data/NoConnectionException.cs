namespace Holdfast.Platform.Data;

/// <summary>No connection could be made in time.</summary>
internal sealed class NoConnectionException(Exception inner)
    : DatabaseUnavailableException($"PostgreSQL cannot be reached: {inner.InnerException?.Message ?? inner.Message}", inner);

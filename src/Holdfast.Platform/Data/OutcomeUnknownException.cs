namespace Holdfast.Platform.Data;

/// <summary>The answer to COMMIT was lost, and the outcome could not be looked up in time.</summary>
public sealed class OutcomeUnknownException(Exception inner)
    : DatabaseUnavailableException($"the answer to COMMIT was lost, and its outcome is not known: {inner.Message}", inner);

namespace Holdfast.Platform.Data;

/// <summary>The answer to COMMIT was lost, and it could not be found out in time whether the change was made.</summary>
public sealed class OutcomeUnknownException(Exception inner)
    : DatabaseUnavailableException($"the answer to COMMIT was lost, and its outcome is not known: {inner.Message}", inner);

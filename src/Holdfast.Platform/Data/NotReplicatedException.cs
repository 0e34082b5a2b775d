namespace Holdfast.Platform.Data;

/// <summary>The server has committed, and warns that a synchronous standby may not have the commit.</summary>
internal sealed class NotReplicatedException(string warning)
    : DatabaseUnavailableException($"COMMIT was answered with a warning: {warning}");


namespace Holdfast.Platform.Data;

/// <summary>The process must not start; the message is one line for the operator.</summary>
public sealed class StartupException(string message) : Exception(message);


namespace Holdfast.Platform.Data;

/// <summary>A start that must not go on; the message is one line for the operator.</summary>
public sealed class StartupException(string message) : Exception(message);

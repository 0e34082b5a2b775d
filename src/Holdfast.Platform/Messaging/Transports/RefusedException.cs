
namespace Holdfast.Platform.Messaging.Transports;

/// <summary>The broker is well and will never take this message: it is too large for it.</summary>
public sealed class RefusedException(string message, Exception inner) : Exception(message, inner);

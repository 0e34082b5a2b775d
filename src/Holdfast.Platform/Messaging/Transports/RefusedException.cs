
namespace Holdfast.Platform.Messaging.Transports;

/// <summary>The broker works but will never accept this message: it is too large.</summary>
public sealed class RefusedException(string message, Exception inner) : Exception(message, inner);

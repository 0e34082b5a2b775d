namespace Holdfast.Platform.Messaging.Transports;

/// <summary>The broker cannot be reached, accepts nothing, or has deleted the queue.</summary>
public sealed class TransportException(string message, Exception? inner = null) : Exception(message, inner);

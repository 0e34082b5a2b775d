namespace Holdfast.Platform.Messaging.Transports;

/// <summary>The broker cannot be reached, or takes nothing, or has taken the queue away.</summary>
public sealed class TransportException(string message, Exception? inner = null) : Exception(message, inner);


namespace Holdfast.Platform.Messaging.Events;

/// <summary>The id of an event, in two parts.</summary>
public readonly record struct EventKey(Guid Subject, int Sequence);

using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Notifications;

/// <summary>A message as it is sent.</summary>
/// <param name="Attempts">With this one. Of those that claim a message, each has another number.</param>
/// <param name="About">The event whose words it is to have; null: it has its own.</param>
internal sealed record OutgoingMessage(Guid Id, string Key, string Channel, string To, string Subject, string Text, string? Html,
    int Attempts,
    EventKey? About = null);

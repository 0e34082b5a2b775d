namespace Holdfast.Platform.Messaging.Transports;

/// <summary>The names of exchanges and topics.</summary>
public static class Topics
{
    /// <summary>Receives our events.</summary>
    public const string Events = "order_events";

    /// <summary>Receives the messages of other systems.</summary>
    public const string Inbox = "order_inbox";
}

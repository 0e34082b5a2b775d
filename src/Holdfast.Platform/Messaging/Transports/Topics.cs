namespace Holdfast.Platform.Messaging.Transports;

/// <summary>The names of exchanges and topics.</summary>
public static class Topics
{
    /// <summary>Where our events go.</summary>
    public const string Events = "order_events";

    /// <summary>Where other systems tell us something.</summary>
    public const string Inbox = "order_inbox";
}

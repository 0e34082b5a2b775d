using System.Text.Json.Nodes;

namespace Holdfast.Platform.Messaging.Events;

/// <summary>A type of event that a module publishes or receives.</summary>
/// <param name="Name">The CloudEvents <c>type</c>, such as <c>order.created</c>.</param>
/// <param name="When">What has happened, as half a sentence.</param>
/// <param name="Subject">What its <c>subject</c> identifies: <c>order</c>, <c>variant</c> or <c>reservation</c>.</param>
/// <param name="Schema">The JSON Schema of its <c>data</c>.</param>
public sealed record EventType(string Name, string When, string Subject, Func<JsonObject> Schema);

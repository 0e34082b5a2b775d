namespace Holdfast.Client;

/// <summary>How many deliveries are sent once more.</summary>
/// <param name="Redelivered">How many.</param>
public sealed record WebhooksRedelivered(int Redelivered);

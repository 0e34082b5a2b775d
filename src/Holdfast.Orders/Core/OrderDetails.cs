namespace Holdfast.Orders.Core;

/// <summary>What is said of an order when it is placed and no rule changes: the order keeps it as the command has it.</summary>
public abstract record OrderDetails
{
    /// <summary>JSON as it is served: an object, or a string.</summary>
    public required string DeliveryAddress { get; init; }

    public required string ContactPhone { get; init; }

    public string? Note { get; init; }

    /// <summary>JSON object, or null.</summary>
    public string? Metadata { get; init; }

    /// <summary>Another system's id of it, unique within the store.</summary>
    public string? ExternalId { get; init; }
}

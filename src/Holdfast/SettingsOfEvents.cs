using Holdfast.Platform.Messaging;

namespace Holdfast;

/// <summary>The settings of events: brokers and consumers.</summary>
public sealed partial record Settings
{
    /// <summary>Which brokers get the events, and which way our own consumers get them.</summary>
    public MessagingOptions Messaging { get; init; } = new();

    /// <summary>Names with commas; null for all.</summary>
    public static IReadOnlySet<string>? ParseConsumers(string? text) => text is null ? null
        : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
}

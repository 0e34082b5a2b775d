using System.Text.Json.Serialization;

namespace Holdfast.Client;

/// <summary>Where an order goes: its parts, or one text as somebody wrote it. A string converts to such a text.</summary>
/// <param name="Parts">Null where it is one text.</param>
/// <param name="Text">Null where it has parts.</param>
[JsonConverter(typeof(DeliveryAddressConverter))]
public sealed record DeliveryAddress(AddressParts? Parts, string? Text)
{
    /// <summary>An address as one text, of at most 500 characters.</summary>
    public static implicit operator DeliveryAddress(string text) => new(null, text);

    /// <summary>An address of parts.</summary>
    public static implicit operator DeliveryAddress(AddressParts parts) => new(parts, null);
}

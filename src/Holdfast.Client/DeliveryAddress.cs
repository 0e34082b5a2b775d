using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

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

/// <summary>The parts of an address.</summary>
/// <param name="Name">Who gets the parcel.</param>
/// <param name="Line1">Street and number.</param>
/// <param name="City">At most 100 characters.</param>
/// <param name="Country">At most 60 characters.</param>
/// <param name="Line2">Null where there is none.</param>
/// <param name="Region">Null where there is none.</param>
/// <param name="PostalCode">Null where there is none.</param>
public sealed record AddressParts(string Name, string Line1, string City, string Country, string? Line2 = null, string? Region = null,
    string? PostalCode = null);

/// <summary>Reads and writes a text as a string and parts as an object.</summary>
internal sealed class DeliveryAddressConverter : JsonConverter<DeliveryAddress>
{
    public override DeliveryAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : JsonSerializer.Deserialize(ref reader, Parts(options))!;

    public override void Write(Utf8JsonWriter writer, DeliveryAddress value, JsonSerializerOptions options)
    {
        if (value.Parts is { } parts)
        {
            JsonSerializer.Serialize(writer, parts, Parts(options));
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }

    private static JsonTypeInfo<AddressParts> Parts(JsonSerializerOptions options) =>
        (JsonTypeInfo<AddressParts>)options.GetTypeInfo(typeof(AddressParts));
}

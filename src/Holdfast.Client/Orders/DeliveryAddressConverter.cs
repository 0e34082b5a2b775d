using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Client;

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

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Platform.Http.Replies;

/// <summary>RFC 3339, UTC, milliseconds: <c>2026-11-20T13:03:40.123Z</c>.</summary>
internal sealed class MillisecondsConverter : JsonConverter<DateTime>
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTime().ToUniversalTime();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(Format, System.Globalization.CultureInfo.InvariantCulture));
}

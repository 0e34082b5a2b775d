using System.Buffers;
using System.Text.Json;
using Holdfast.Orders.Core;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using static Holdfast.Orders.Events.JsonSchemas;

namespace Holdfast.Orders.Events;

/// <summary>
/// The one form in which an order leaves: as an answer, as a replay and as an event's data, the same bytes. <see cref="OrderTable"/> names
/// the members; those that are made of more than one column are written here, each beside its schema.
/// </summary>
public static class OrderJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = Reply.Json.Encoder, SkipValidation = true };
    private static readonly Action<Utf8JsonWriter, OrderLine> WriteLine = OrderLineTable.Table.Writer();
    private static readonly Action<Utf8JsonWriter, Fulfilment> WriteFulfilment = FulfilmentTable.Table.Writer();
    private static readonly JsonEncodedText ExpiresAt = JsonEncodedText.Encode("expiresAt");

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _own;

    /// <summary>UTF-8 JSON, without a byte order mark.</summary>
    public static byte[] Write(Order order)
    {
        var (buffer, json) = _own ??= Make();
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
        OrderTable.WriteMembers(json, order);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The bytes of an order with one more text member.</summary>
    public static byte[] With(ReadOnlySpan<byte> order, string name, string value)
    {
        var tail = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { [name] = value }, Reply.Json);
        var joined = new byte[order.Length + tail.Length - 1];
        order.CopyTo(joined);
        tail.CopyTo(joined.AsSpan(order.Length - 1));
        joined[order.Length - 1] = (byte)',';
        return joined;
    }

    internal static void WriteLines(Utf8JsonWriter json, Order order) => WriteArray(json, "lines", order.Lines, WriteLine);

    internal static string DiscountsSchema => Array(Object($$"""
        "code": {{Text}}, "amount": {{Amount}}
        """));

    /// <summary>Where there are two codes: each with what it takes off.</summary>
    internal static void WriteDiscounts(Utf8JsonWriter json, Order order)
    {
        if (order.SecondDiscountId is not null)
        {
            WriteArray(json, "discounts", order.Discounts, static (json, discount) =>
            {
                json.WriteString("code"u8, discount.Code);
                json.WriteNumber("amount"u8, discount.Amount);
            });
        }
    }

    internal static string CustomerSchema => Object($$"""
        "email": {{Text}}, "name": {{TextOrNull}}
        """);

    internal static void WriteCustomer(Utf8JsonWriter json, Order order)
    {
        json.WriteStartObject("customer"u8);
        json.WriteString("email"u8, order.CustomerEmail);
        json.WriteString("name"u8, order.CustomerName);
        json.WriteEndObject();
    }

    internal static string SessionSchema => Object($$"""
        "expiresAt": {{Time}}, "durationMinutes": { "type": "number" }
        """).Replace("""{ "type": "object",""", """{ "type": ["object", "null"],""", StringComparison.Ordinal);

    internal static void WriteSession(Utf8JsonWriter json, Order order)
    {
        if (order is not { ExpiresAt: { } expires, DurationSeconds: { } seconds })
        {
            json.WriteNull("session"u8);
            return;
        }

        json.WriteStartObject("session"u8);
        Times.Write(json, ExpiresAt, expires);
        json.WriteNumber("durationMinutes"u8, seconds % 60 == 0 ? seconds / 60 : Math.Round(seconds / 60m, 4));
        json.WriteEndObject();
    }

    internal static void WriteFulfilments(Utf8JsonWriter json, Order order)
    {
        if (order.Fulfilments.Count > 0)
        {
            WriteArray(json, "fulfilments", order.Fulfilments, WriteFulfilment);
        }
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static (ArrayBufferWriter<byte>, Utf8JsonWriter) Make()
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }
}

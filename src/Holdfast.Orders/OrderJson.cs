using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Holdfast.Orders.Core;
using Holdfast.Platform.Http;

namespace Holdfast.Orders;

/// <summary>The one form in which an order leaves: as an answer, as a replay and as an event's data, the same bytes.</summary>
public static class OrderJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = Reply.Json.Encoder, SkipValidation = true };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _own;

    /// <summary>UTF-8 JSON, without a byte order mark.</summary>
    public static byte[] Write(Order order)
    {
        var (buffer, json) = _own ??= Make();
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        Write(json, order);
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

    private static (ArrayBufferWriter<byte>, Utf8JsonWriter) Make()
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }

    private static void Write(Utf8JsonWriter json, Order order)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, order.Id);
        json.WriteString("number"u8, order.Number);
        json.WriteString("storeId"u8, order.StoreId);
        json.WriteString("customerId"u8, order.CustomerId);
        json.WriteString("status"u8, Names.Of(order.Status));
        json.WriteString("paymentStatus"u8, Names.Of(order.PaymentStatus));
        json.WriteString("paymentMethod"u8, Names.Of(order.PaymentMethod));
        WriteLines(json, order);
        WriteAmounts(json, order);
        json.WriteStartObject("customer"u8);
        json.WriteString("email"u8, order.CustomerEmail);
        json.WriteString("name"u8, order.CustomerName);
        json.WriteEndObject();
        json.WriteString("locale"u8, order.Locale);
        json.WritePropertyName("deliveryAddress"u8);
        json.WriteRawValue(order.DeliveryAddress, skipInputValidation: true);
        json.WriteString("contactPhone"u8, order.ContactPhone);
        Optional(json, "note"u8, order.Note);
        if (order.Metadata is { } metadata)
        {
            json.WritePropertyName("metadata"u8);
            json.WriteRawValue(metadata, skipInputValidation: true);
        }

        Optional(json, "externalId"u8, order.ExternalId);
        WriteTimes(json, order);
        WriteFulfilments(json, order);
        json.WriteNumber("version"u8, order.Version);
        json.WriteEndObject();
    }

    private static void WriteLines(Utf8JsonWriter json, Order order)
    {
        json.WriteStartArray("lines"u8);
        foreach (var line in order.Lines)
        {
            json.WriteStartObject();
            json.WriteString("variantId"u8, line.VariantId);
            json.WriteString("productId"u8, line.ProductId);
            json.WriteString("productName"u8, line.ProductName);
            json.WriteString("sku"u8, line.Sku);
            json.WriteNumber("unitPrice"u8, line.UnitPrice);
            json.WriteNumber("quantity"u8, line.Quantity);
            json.WriteNumber("lineTotal"u8, line.LineTotal);
            Positive(json, "discountAmount"u8, line.Discount);
            Positive(json, "taxAmount"u8, line.Tax);
            WriteQuantities(json, line);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteQuantities(Utf8JsonWriter json, OrderLine line)
    {
        Positive(json, "shippedQuantity"u8, line.Shipped);
        Positive(json, "returnedQuantity"u8, line.Returned);
        Positive(json, "cancelledQuantity"u8, line.Cancelled);
        Positive(json, "undeliveredQuantity"u8, line.Undelivered);
    }

    private static void WriteAmounts(Utf8JsonWriter json, Order order)
    {
        json.WriteNumber("subtotal"u8, order.Subtotal);
        json.WriteString("discountCode"u8, order.DiscountCode);
        json.WriteNumber("discountAmount"u8, order.DiscountAmount);
        WriteDiscounts(json, order);
        json.WriteNumber("redeemedPoints"u8, order.RedeemedPoints);
        json.WriteNumber("pointsDiscountPrice"u8, order.PointsDiscountPrice);
        Positive(json, "earnedPoints"u8, order.EarnedPoints);
        json.WriteNumber("shippingFee"u8, order.ShippingFee);
        json.WriteNumber("taxAmount"u8, order.TaxAmount);
        Positive(json, "shippingTaxAmount"u8, order.ShippingTax);
        json.WriteBoolean("taxIncluded"u8, order.TaxIncluded);
        json.WriteNumber("total"u8, order.Total);
        Positive(json, "cancelledAmount"u8, order.CancelledAmount);
        Positive(json, "cancelledPoints"u8, order.CancelledPoints);
        json.WriteString("currency"u8, order.Currency);
        json.WriteNumber("amountPaid"u8, order.AmountPaid);
        json.WriteNumber("amountRefunded"u8, order.AmountRefunded);
        json.WriteNumber("refundDue"u8, order.RefundDue);
    }

    /// <summary>Where there are two codes: each with what it takes off.</summary>
    private static void WriteDiscounts(Utf8JsonWriter json, Order order)
    {
        if (order.SecondDiscountId is null)
        {
            return;
        }

        json.WriteStartArray("discounts"u8);
        foreach (var (_, code, amount) in order.Discounts)
        {
            json.WriteStartObject();
            json.WriteString("code"u8, code);
            json.WriteNumber("amount"u8, amount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTimes(Utf8JsonWriter json, Order order)
    {
        Time(json, "expirationTime"u8, order.ExpiresAt);
        if (order is { ExpiresAt: not null, DurationSeconds: { } seconds })
        {
            json.WriteStartObject("session"u8);
            Time(json, "expiresAt"u8, order.ExpiresAt);
            json.WriteNumber("durationMinutes"u8, seconds % 60 == 0 ? seconds / 60 : Math.Round(seconds / 60m, 4));
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("session"u8);
        }

        json.WriteString("localDate"u8, order.LocalDate);
        Time(json, "createdAt"u8, order.CreatedAt);
        Time(json, "updatedAt"u8, order.UpdatedAt);
        if (order.DeletedAt is not null)
        {
            Time(json, "deletedAt"u8, order.DeletedAt);
        }
    }

    private static void WriteFulfilments(Utf8JsonWriter json, Order order)
    {
        if (order.Fulfilments.Count == 0)
        {
            return;
        }

        json.WriteStartArray("fulfilments"u8);
        foreach (var f in order.Fulfilments)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, f.Id);
            json.WriteString("kind"u8, f.Kind);
            json.WriteString("carrier"u8, f.Carrier);
            json.WriteString("trackingNumber"u8, f.TrackingNumber);
            json.WriteBoolean("restocked"u8, f.Restocked);
            json.WriteStartArray("lines"u8);
            foreach (var line in f.Lines)
            {
                json.WriteStartObject();
                json.WriteString("variantId"u8, line.VariantId);
                json.WriteNumber("quantity"u8, line.Quantity);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            Time(json, "createdAt"u8, f.CreatedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A member that is left out where there is nothing to tell.</summary>
    private static void Positive(Utf8JsonWriter json, ReadOnlySpan<byte> name, long value)
    {
        if (value > 0)
        {
            json.WriteNumber(name, value);
        }
    }

    private static void Optional(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Time(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTime? value)
    {
        if (value is not { } time)
        {
            json.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[24];
        time.TryFormat(text, out var written, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        json.WriteString(name, text[..written]);
    }
}

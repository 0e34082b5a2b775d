using System.Text;
using System.Text.Json;
using Holdfast.Platform.Text;

namespace Holdfast.Orders.Core;

/// <summary>What another system tells us about one of our orders.</summary>
public abstract record IncomingMessage(Guid OrderId)
{
    /// <summary>The source of our own events, to which we never react.</summary>
    private const string Ourselves = "holdfast";

    private const int MaxText = 500;

    /// <summary>
    /// Reads a message: a CloudEvent (its <c>type</c> and <c>data</c>), or the bare data with the type beside it (RabbitMQ's routing key,
    /// Kafka's header <c>type</c>, or a member <c>type</c>). A repeated message has the same <c>Identity</c>. <c>Fault</c> says what is
    /// wrong with it.
    /// </summary>
    public static (IncomingMessage? Message, string Identity, string? Fault) Read(string type, ReadOnlySpan<byte> body)
    {
        try
        {
            // Some systems write a byte order mark; it is part neither of JSON (RFC 8259, 8.1) nor of the message.
            body = body.StartsWith("\uFEFF"u8) ? body[3..] : body;
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return (null, "", "not a JSON object");
            }

            if (Text(root, "specversion") is not { } version)
            {
                var bare = type.Length > 0 && type != "order_inbox" ? type : Text(root, "type") ?? "";
                return With(Parse(bare, root), $"{bare}\n{Encoding.UTF8.GetString(body)}");
            }

            return version != "1.0" ? (null, "", $"specversion is {version}, not 1.0")
                : Text(root, "source") is Ourselves or null || Text(root, "id") is null
                ? (null, "", "source or id are missing, or the source is ourselves")
                : !root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object ? (null, "", "data is missing")
                : With(Parse(Text(root, "type") ?? "", data), $"{Text(root, "source")}\n{Text(root, "id")}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: a text that is no Unicode, half of a surrogate pair or bytes that are no UTF-8.
            return (null, "", $"not JSON: {e.Message}");
        }
    }

    private static (IncomingMessage? Message, string Identity, string? Fault) With((IncomingMessage? Message, string? Fault) parsed,
        string identity) => (parsed.Message, identity, parsed.Fault);

    private static (IncomingMessage? Message, string? Fault) Parse(string type, JsonElement data)
    {
        if (!Guid.TryParseExact(Text(data, "orderId"), "D", out var order))
        {
            return (null, "orderId is missing or malformed");
        }

        switch (type)
        {
            case "payment.success":
                return Amount(data) is { } amount && Text(data, "currency") is { } currency
                    && Text(data, "transactionId") is { Length: > 0 and <= 200 } transaction
                    ? (new PaymentSucceeded(order, amount, currency, transaction, Provider(data)), null)
                    : (null, "amount, currency or transactionId are missing or malformed");
            case "payment.failed":
                return (new PaymentFailed(order, Text(data, "currency"), Text(data, "reason")), null);
            case "inventory.reserve.result":
                return data.TryGetProperty("accepted", out var accepted) && accepted.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? (new ReserveResult(order, accepted.GetBoolean(), Text(data, "reason")), null)
                    : (null, "accepted is missing or malformed");
            default:
                return (null, $"the type '{(type.Length > 60 ? type[..60] : type)}' is unknown");
        }
    }

    /// <summary>One that is absent is <c>external</c>; one that is malformed is refused when the payment is recorded.</summary>
    private static string Provider(JsonElement data) => data.TryGetProperty("provider", out var named)
        && named.ValueKind != JsonValueKind.Null ? Text(data, "provider") ?? "" : "external";

    private static long? Amount(JsonElement data) =>
        data.TryGetProperty("amount", out var n) && n.ValueKind == JsonValueKind.Number && n.TryGetInt64(out var amount)
        && amount is > 0 and <= PlacementRules.MaxTotal ? amount : null;

    /// <summary>
    /// As a request's texts are read: in NFC, without blanks around it, and measured after that. No control characters: PostgreSQL stores
    /// no NUL, and histories are shown.
    /// </summary>
    private static string? Text(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var member) || member.ValueKind != JsonValueKind.String
            || member.GetString() is not { Length: <= 4 * MaxText } content)
        {
            return null;
        }

        var text = UnicodeText.Nfc(content).Trim();
        return text.Length <= MaxText && !text.Any(char.IsControl) ? text : null;
    }
}

using System.Buffers;
using System.Text.Json;
using Holdfast.Orders.Core;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;

namespace Holdfast.Orders;

/// <summary>
/// An order without its buyer: goods, amounts and times stay, the person goes. What is served again keeps its members, so that readers find
/// what they expect.
/// </summary>
internal static class OrderErasure
{
    private const string Removed = "-";

    /// <param name="email">What stands in for the buyer's address.</param>
    public static Order Of(Order order, string email) => order with
    {
        CustomerEmail = email,
        CustomerName = null,
        BuyerKeys = [email],
        DeliveryAddress = $"\"{Removed}\"",
        ContactPhone = Removed,
        Note = null,
        Metadata = null,
    };

    /// <summary>The event with the order so, and without the words with which somebody cancelled it.</summary>
    public static Event Of(Event e, string email) => e with
    {
        Data = Of(e.Data, email),
        Previous = e is { Type: "order.cancelled", Previous: { } previous } ? WithoutReason(previous) : e.Previous,
    };

    private static byte[] Of(byte[] order, string email) => Rewrite(order, (json, member) =>
    {
        switch (member.Name)
        {
            case "customer":
                json.WriteStartObject(member.Name);
                json.WriteString("email", email);
                json.WriteNull("name");
                json.WriteEndObject();
                break;
            case "deliveryAddress" or "contactPhone":
                json.WriteString(member.Name, Removed);
                break;
            case "note" or "metadata":
                break;
            default:
                member.WriteTo(json);
                break;
        }
    });

    private static string WithoutReason(string previous)
    {
        var bytes = Rewrite(System.Text.Encoding.UTF8.GetBytes($"{{{previous}}}"), (json, member) =>
        {
            if (member.Name != "reason")
            {
                member.WriteTo(json);
            }
        });
        return System.Text.Encoding.UTF8.GetString(bytes.AsSpan(1, bytes.Length - 2));
    }

    private static byte[] Rewrite(byte[] json, Action<Utf8JsonWriter, JsonProperty> write)
    {
        var buffer = new ArrayBufferWriter<byte>(json.Length);
        using var document = JsonDocument.Parse(json);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Reply.Json.Encoder }))
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                write(writer, member);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Orders.Core;
using Holdfast.Orders.Events;
using Holdfast.Orders.Storage;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Orders.Accounts;

/// <summary>Removes the buyer from events. Goods, amounts and times stay, and so do members that are always served.</summary>
internal static class OrderErasure
{
    /// <summary>The event without what <see cref="OrderTable"/> calls personal, and without the reason of a cancellation.</summary>
    /// <param name="email">The email that stands in for the buyer's.</param>
    public static Event Of(Event e, string email)
    {
        var data = JsonNode.Parse(e.Data)!.AsObject();
        var nobody = JsonNode.Parse(OrderJson.Write(OrderTable.Erased(Activator.CreateInstance<Order>(), email)))!.AsObject();
        foreach (var name in OrderTable.PersonalMembers)
        {
            if (!nobody.TryGetPropertyValue(name, out var value))
            {
                data.Remove(name);
            }
            else if (data.ContainsKey(name))
            {
                data[name] = value?.DeepClone();
            }
        }

        return e with
        {
            Data = Encoding.UTF8.GetBytes(data.ToJsonString(Reply.Json)),
            Previous = e is { Type: "order.cancelled", Previous: { } previous } ? WithoutReason(previous) : e.Previous,
        };
    }

    private static string WithoutReason(string previous)
    {
        var members = JsonNode.Parse($"{{{previous}}}")!.AsObject();
        members.Remove("reason");
        return members.ToJsonString(Reply.Json)[1..^1];
    }
}

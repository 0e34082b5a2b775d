using Holdfast.Identity.Core;
using Holdfast.Orders.Customers;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Orders.Endpoints;

/// <summary>
/// POST /orders/lookup: a guest who has lost the access key gets it again by mail, where number and email are those of an order. The answer
/// is the same where they are not, and comes before anybody has looked (<see cref="OrderLookups"/>): how long it takes tells nothing.
/// </summary>
internal sealed class LookUpOrder(OrderLookups lookups)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var number = body.Value.Text("number", 40);
        var email = body.Value.Text("email", Emails.MaxLength);
        if (body.Value.Done() is { } error)
        {
            return error;
        }

        return lookups.TryAdd(new Lookup(number, email, request.IsVietnamese,
            RateLimits.Partition(request.Http.Connection.RemoteIpAddress))) ? Reply.Accepted() : Errors.Busy;
    }
}

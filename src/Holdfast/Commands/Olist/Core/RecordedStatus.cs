namespace Holdfast.Commands.Olist.Core;

/// <summary>The statuses of the data set, as its column <c>order_status</c> spells them.</summary>
internal enum RecordedStatus
{
    Created,
    Approved,
    Invoiced,
    Processing,
    Shipped,
    Delivered,
    Canceled,
    Unavailable,
}

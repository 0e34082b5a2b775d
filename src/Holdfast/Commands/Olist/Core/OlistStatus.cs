namespace Holdfast.Commands.Olist.Core;

/// <summary>The table of <c>docs/olist.md</c>: recorded status to the engine's, and the steps that lead there.</summary>
internal static class OlistStatus
{
    public static RecordedStatus? Parse(string text) =>
        Enum.TryParse<RecordedStatus>(text, ignoreCase: true, out var status) && text.Length > 0 && char.IsAsciiLetterLower(text[0])
        ? status : null;

    /// <summary>The engine's status, as its API spells it, that stands for a recorded one.</summary>
    public static string Target(RecordedStatus recorded) => recorded switch
    {
        RecordedStatus.Created => "pending",
        RecordedStatus.Approved or RecordedStatus.Invoiced or RecordedStatus.Processing => "confirmed",
        RecordedStatus.Shipped => "shipped",
        RecordedStatus.Delivered => "delivered",
        RecordedStatus.Canceled or RecordedStatus.Unavailable => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(recorded)),
    };

    /// <summary>
    /// Whether the recorded payments were really received: the status says so, or, for orders that ended otherwise, the approval's time is
    /// there.
    /// </summary>
    public static bool WasPaid(RecordedStatus recorded, bool approved) => recorded switch
    {
        RecordedStatus.Created => false,
        RecordedStatus.Canceled or RecordedStatus.Unavailable => approved,
        _ => true,
    };

    /// <summary>The next step from the engine's <paramref name="status"/> towards <paramref name="target"/>.</summary>
    /// <param name="unpaid">Whether recorded payments remain that the engine has not been told.</param>
    public static Step Next(string status, string target, bool unpaid) => (status, target) switch
    {
        ("pending" or "expired", _) when unpaid => Step.Pay,
        _ when status == target => Step.Done,
        ("pending" or "confirmed", "cancelled") => Step.Cancel,
        ("confirmed" or "partially_shipped", "shipped" or "delivered") => Step.Ship,
        ("shipped", "delivered") => Step.Deliver,
        // Nobody paid it and its time is over, which is what the data set's order came to as well.
        ("expired", "pending" or "cancelled") => Step.Done,
        _ => Step.Stuck,
    };
}

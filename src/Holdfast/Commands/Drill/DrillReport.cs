using Holdfast.Commands.Drill.Core;

namespace Holdfast.Commands.Drill;

/// <summary>What a drill prints in the end.</summary>
internal static class DrillReport
{
    private const int Shown = 30;

    public static void Print(DrillShop shop, Killer? killer, Verdict? verdict, bool isOver, int verified, string? says, TimeSpan took)
    {
        Console.WriteLine();
        if (verdict is null)
        {
            Line("INTERRUPTED", isOver ? "the five minutes are over; nothing has been judged"
                : "nothing has been judged; the next drill makes a store of its own");
        }

        var receipts = shop.Receipts;
        Line("attempts",
            $"{receipts.Count:N0}: {receipts.Count(r => r.Orders.Count > 0):N0} got an order, "
            + $"{receipts.Count(r => r.Refusal is not null):N0} were refused ({ByCode(receipts)}), "
            + $"{receipts.Count(r => r.Cancelled):N0} cancelled, {receipts.Count(r => r.Paid > 0):N0} paid");
        if (verdict is not null)
        {
            var held = verdict.Held - verdict.Sold;
            var more = held > 0 ? FormattableString.Invariant($", {held:N0} more are held for those who have not paid") : "";
            Line("sold", $"{verdict.Sold:N0} of {DrillShop.Stock:N0}{more}");
            Line("refused", $"{verdict.Refused:N0}");
            Line("doubled", $"{verdict.Doubled:N0}");
            Line("lost", $"{verdict.Lost:N0}");
            Line("oversold", $"{verdict.Oversold:N0}");
            Line("unsold", $"{verdict.Unsold:N0}");
            Line("wrong money", $"{verdict.MoneyWrong:N0}");
            Line("refunds due", $"{verdict.RefundsDue:N0}: paid too late or after cancelling, and nothing was left");
            Line("unanswered", $"{verdict.Unanswered:N0}");
        }

        Line("answers", $"{shop.Placing}; with the outages, as buyers felt it: {shop.Waiting}");
        if (killer is not null)
        {
            Line("kills",
                $"{killer.Outages.Count:N0}, ready again after "
                + $"{string.Join(", ", killer.Outages.Select(o => FormattableString.Invariant($"{o.TotalSeconds:0.0} s")))}; "
                + $"{shop.Client.Retries:N0} requests were sent again");
        }

        Line("time", $"{took.TotalSeconds:0} s");
        foreach (var deviation in verdict?.Deviations.Take(Shown) ?? [])
        {
            Console.WriteLine($"  DEVIATION {deviation}");
        }

        if (verdict?.Deviations.Count > Shown)
        {
            Console.WriteLine($"  and {verdict.Deviations.Count - Shown} more");
        }

        Line("verify", verdict is null ? "not run" : says is null ? "not run: the database is not at hand here" : verified == 0
            ? $"{(says.Length == 0 ? "silent" : says)}" : $"exit code {verified}:\n{says}");
        if (verdict is not null)
        {
            Line("verdict", verdict.Deviations.Count == 0 && verified == 0 ? "every promise held" : "FAILED");
        }
    }

    private static string ByCode(IReadOnlyList<Receipt> receipts) =>
        string.Join(", ", receipts.Where(r => r.Refusal is not null).CountBy(r => r.Refusal!)
        .OrderByDescending(c => c.Value).Select(c => FormattableString.Invariant($"{c.Key} {c.Value:N0}")));

    private static void Line(string name, string text) => Console.WriteLine($"{name,-16} {text}");
}

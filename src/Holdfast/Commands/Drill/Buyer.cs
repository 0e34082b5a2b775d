using Holdfast.Commands.Drill.Core;

namespace Holdfast.Commands.Drill;

/// <summary>Acts out one buyer's script.</summary>
internal static class Buyer
{
    /// <summary>A time to pay that nobody waits for in a drill: who would have paid late cancels and pays then.</summary>
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(60);

    public static async Task ActAsync(BuyerPlan plan, DrillShop shop, CancellationToken ct)
    {
        await PauseAsync(plan.Arrives, ct);
        var attempt = shop.Begin(plan.Number, "1", plan.Quantity);
        await shop.PlaceAsync(attempt, plan.ClicksTwice, ct);
        if (attempt.HasOrder)
        {
            await DecideAsync(plan, attempt, shop, ct);
            return;
        }

        for (var time = 1; time <= plan.ReturnsAfterRefusal && !attempt.HasOrder; time++)
        {
            await PauseAsync(plan.Pause * 4, ct);
            attempt = await BuyAsync(plan, $"back{time}", shop, ct);
        }
    }

    /// <summary>Comes for one piece with a new key and pays it at once.</summary>
    public static async Task<Attempt> BuyAsync(BuyerPlan plan, string nth, DrillShop shop, CancellationToken ct)
    {
        var attempt = shop.Begin(plan.Number, nth, 1);
        await shop.PlaceAsync(attempt, plan.ClicksTwice, ct);
        if (attempt.HasOrder)
        {
            await shop.PayAsync(attempt, plan.ClicksTwice, ct);
        }

        return attempt;
    }

    private static async Task DecideAsync(BuyerPlan plan, Attempt attempt, DrillShop shop, CancellationToken ct)
    {
        switch (plan.Habit == Habit.PaysLate && (attempt.Session == TimeSpan.Zero || attempt.Session > TooLong) ? Habit.PaysAfterCancelling
            : plan.Habit)
        {
            case Habit.Pays:
                await shop.PayAsync(attempt, plan.ClicksTwice, ct);
                break;
            case Habit.PaysLate:
                await Task.Delay(attempt.Session + TimeSpan.FromSeconds(plan.Pause), ct);
                await shop.PayAsync(attempt, plan.ClicksTwice, ct);
                break;
            case Habit.GivesUp:
                await PauseAsync(plan.Pause, ct);
                await shop.CancelAsync(attempt, ct);
                break;
            case Habit.PaysAfterCancelling:
                await PauseAsync(plan.Pause, ct);
                await shop.CancelAsync(attempt, ct);
                await PauseAsync(plan.Pause, ct);
                await shop.PayAsync(attempt, plan.ClicksTwice, ct);
                break;
            case Habit.Vanishes:
                break;
        }

        if (attempt.Cancelled && plan.ReturnsAfterCancelling)
        {
            await PauseAsync(plan.Pause, ct);
            await BuyAsync(plan, "again", shop, ct);
        }
    }

    private static Task PauseAsync(double seconds, CancellationToken ct) => Task.Delay(TimeSpan.FromSeconds(seconds), ct);
}

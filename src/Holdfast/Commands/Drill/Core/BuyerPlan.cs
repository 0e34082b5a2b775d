namespace Holdfast.Commands.Drill.Core;

/// <summary>One buyer's script.</summary>
/// <param name="Arrives">Seconds after the start.</param>
/// <param name="ClicksTwice">Sends each request twice at once, under the same key.</param>
/// <param name="ReturnsAfterRefusal">How often, with a new key each time.</param>
/// <param name="ReturnsAfterCancelling">Comes back for another one, and pays that.</param>
/// <param name="Pause">Seconds between what they do.</param>
internal sealed record BuyerPlan(int Number, double Arrives, long Quantity, Habit Habit, bool ClicksTwice, int ReturnsAfterRefusal,
    bool ReturnsAfterCancelling, double Pause)
{
    /// <summary>Share of the buyers who stand before the door when it opens; the others come over the whole time.</summary>
    private const double AtTheDoor = 0.4;

    /// <summary>The script of a crowd; the same seed gives the same crowd.</summary>
    public static IReadOnlyList<BuyerPlan> Crowd(int count, double seconds, Random random) =>
        [.. Enumerable.Range(1, count).Select(number => new BuyerPlan(
            number,
            random.NextDouble() < AtTheDoor ? random.NextDouble() * Math.Min(2, seconds) : random.NextDouble() * seconds,
            random.Next(10) < 8 ? 1 : random.Next(2, 4),
            random.Next(100) switch { < 25 => Habit.Pays, < 50 => Habit.GivesUp, < 58 => Habit.PaysAfterCancelling, < 75 =>
            Habit.PaysLate, _ => Habit.Vanishes },
            ClicksTwice: random.Next(10) < 3,
            ReturnsAfterRefusal: Math.Max(0, random.Next(6) - 3),
            ReturnsAfterCancelling: random.Next(3) == 0,
            Pause: 0.05 + (random.NextDouble() * 2.5)))];
}

namespace Holdfast.Commands.Drill.Core;

/// <summary>The count, and every deviation in words. All zero but <c>Sold</c>, <c>Refused</c> and the like: the drill has passed.</summary>
internal sealed record Verdict(long Sold, long Held, int Refused, int Unanswered, int Doubled, int Lost, long Oversold, long Unsold,
    int MoneyWrong, int RefundsDue, IReadOnlyList<string> Deviations);

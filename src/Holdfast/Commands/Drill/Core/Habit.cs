namespace Holdfast.Commands.Drill.Core;

/// <summary>What somebody does who has got an order.</summary>
internal enum Habit
{
    /// <summary>Pays at once; some send the payment twice.</summary>
    Pays,

    /// <summary>Thinks better of it and cancels.</summary>
    GivesUp,

    /// <summary>Cancels, and then the bank's transfer comes nevertheless.</summary>
    PaysAfterCancelling,

    /// <summary>Pays when the time to pay is over.</summary>
    PaysLate,

    /// <summary>Is never heard of again.</summary>
    Vanishes,
}

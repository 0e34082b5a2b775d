namespace Holdfast.Commands.Olist.Core;

/// <summary>What the replay does next with an order.</summary>
internal enum Step
{
    /// <summary>The order is where it was.</summary>
    Done,
    Pay,
    Ship,
    Deliver,
    Cancel,

    /// <summary>The engine's order stands where no legal step leads to the recorded status.</summary>
    Stuck,
}

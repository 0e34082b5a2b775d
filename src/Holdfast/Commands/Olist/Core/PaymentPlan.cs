namespace Holdfast.Commands.Olist.Core;

/// <summary>A payment to record: the part of a recorded one that is for this seller.</summary>
internal sealed record PaymentPlan(int Sequence, string Type, int Installments, long Amount);

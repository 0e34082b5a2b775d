namespace Holdfast.Commands.Olist.Core;

/// <summary>A row of the payments' file. The value is in centavos; 0 occurs.</summary>
internal sealed record Payment(string OrderId, int Sequence, string Type, int Installments, long Value);

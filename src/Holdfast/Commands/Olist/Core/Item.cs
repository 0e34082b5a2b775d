namespace Holdfast.Commands.Olist.Core;

/// <summary>A row of the items' file: one unit. Amounts in centavos.</summary>
internal sealed record Item(string OrderId, int Number, string ProductId, string SellerId, long Price, long Freight);

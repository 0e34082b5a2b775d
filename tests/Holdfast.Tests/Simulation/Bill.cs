namespace Holdfast.Tests.Simulation;

/// <summary>What an order of the simulation comes to, computed without the engine's code.</summary>
public static class Bill
{
    public static long Total(PlaceStep place) => Goods(place) - Discount(place) - (place.Points * Steps.PointValue);

    /// <summary>What a buyer has paid for goods that did not come back: this is what points are earned for.</summary>
    public static long Kept(PlaceStep place, IReadOnlyDictionary<int, long> returned)
    {
        var shares = Shares(place);
        var (bought, kept) = (0L, 0L);
        foreach (var (item, quantity) in place.Lines)
        {
            var price = (Steps.Prices[item] * quantity) - shares[item];
            bought += price;
            kept += price * (quantity - returned.GetValueOrDefault(item)) / quantity;
        }

        return bought == 0 ? 0 : Math.Max(0, kept - (place.Points * Steps.PointValue * kept / bought));
    }

    private static long Goods(PlaceStep place) => place.Lines.Sum(l => Steps.Prices[l.Item] * l.Quantity);

    private static long Discount(PlaceStep place) => place.Code is not { } code ? 0 : Steps.Codes[code].Kind == "fixed"
        ? Steps.Codes[code].Value
        : (long)Math.Round(Goods(place) * (Steps.Codes[code].Value / 10_000m), MidpointRounding.AwayFromZero);

    /// <summary>The discount of each item: whole units first, what is left over goes to those who lost most by rounding.</summary>
    public static Dictionary<int, long> Shares(PlaceStep place)
    {
        var (discount, goods) = (Discount(place), Goods(place));
        var exact = place.Lines.Select(l => (l.Item, Share: (decimal)discount * Steps.Prices[l.Item] * l.Quantity / goods)).ToList();
        var shares = exact.ToDictionary(e => e.Item, e => (long)Math.Floor(e.Share));
        foreach (var (item, _) in exact.OrderByDescending(e => Math.Round(e.Share - Math.Floor(e.Share), 12))
            .Take((int)(discount - shares.Values.Sum())).ToList())
        {
            shares[item]++;
        }

        return shares;
    }
}

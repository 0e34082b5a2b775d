using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;

namespace Holdfast.Tests.Simulation;

/// <summary>What came of some time in a small shop.</summary>
/// <param name="Refused">Orders that found their pieces there, and were refused because strangers hold too much.</param>
/// <param name="Expired">Orders that nobody confirmed in time.</param>
public sealed record ShopYear(int Orders, int Refused, int SoldOut, int Expired);

/// <summary>What an attacker holds after a minute.</summary>
/// <param name="Stock">Pieces that there were.</param>
/// <param name="Variants">Of which there are more than a handful.</param>
/// <param name="Gone">Those of them of which nothing is left for who pays.</param>
/// <param name="Few">Variants of which there are no more than a handful.</param>
/// <param name="FewGone">Those of them of which nothing is left.</param>
public sealed record AttackersMinute(long Stock, long Held, int Variants, int Gone, int Few, int FewGone);

/// <summary>How an attacker says that they will pay.</summary>
public enum Attack
{
    OnDelivery,
    Online,

    /// <summary>On delivery, and online when no more is given so.</summary>
    Both,
}

/// <summary>
/// A small shop, day after day, and an attacker's minute in it: from which the limits on what strangers hold without money were decided
/// (docs/adr/0018). Orders are judged by the engine's own book. Numbers are drawn from the seed alone.
/// </summary>
/// <remarks> Sixty variants, the n-th most wanted asked for in proportion to 1/n. Eighty orders on a day, most of them in the evening, nine
/// of ten unpaid, mostly of one piece, rarely of up to twelve. Staff look at ten in the morning and at five in the afternoon, and send out
/// what was ordered. Once a week the shop buys what it expects to sell in one to two weeks: of some four pieces or fewer.
/// </remarks>
public sealed class SmallShop
{
    private const int Variants = 60;
    private const int OrdersOfADay = 80;
    private const double PiecesOfAnOrder = 1.4;
    private static readonly int[] Visits = [10, 17];

    private readonly Random _random;
    private readonly UnpaidLimits _limits;
    private readonly double _confirmationHours;
    private readonly int[] _stock;
    private readonly double[] _share;
    private readonly Guid[] _ids = [.. Enumerable.Range(0, Variants).Select(i => new Guid(i + 1, 0, 0, new byte[8]))];
    private readonly List<(UnpaidHold Hold, int Variant, double At)> _holds = [];
    private readonly long[] _online = new long[Variants];
    private int _buyers;

    /// <param name="visitsEvery">Staff look in on every so many days only.</param>
    public SmallShop(int seed, UnpaidLimits limits, double confirmationHours = 48, int visitsEvery = 1)
    {
        (_random, _limits, _confirmationHours, VisitsEvery) = (new Random(seed), limits, confirmationHours, visitsEvery);
        var weights = Enumerable.Range(1, Variants).Select(n => 1.0 / n).ToArray();
        _share = [.. weights.Select(w => w / weights.Sum())];
        _stock = [.. Enumerable.Range(0, Variants).Select(Bought)];
    }

    private int VisitsEvery { get; }

    /// <summary>Lives through so many days.</summary>
    public ShopYear Live(int days)
    {
        var (orders, refused, soldOut, expired) = (0, 0, 0, 0);
        for (var day = 0; day < days; day++)
        {
            if (day % 7 == 0)
            {
                Restock();
            }

            var events = Enumerable.Range(0, OrdersOfADay).Select(_ => (At: (24.0 * day) + Hour(), IsVisit: false))
                .Concat(day % VisitsEvery == 0 ? Visits.Select(hour => (At: (24.0 * day) + hour, IsVisit: true)) : []).OrderBy(e => e.At);
            foreach (var (at, isVisit) in events)
            {
                expired += Expire(at);
                if (isVisit)
                {
                    SendOut();
                    continue;
                }

                orders++;
                switch (Order(at))
                {
                    case "insufficient_stock":
                        soldOut++;
                        break;
                    case not null:
                        refused++;
                        break;
                    default:
                        break;
                }
            }
        }

        return new ShopYear(orders, refused, soldOut, expired);
    }

    /// <summary>
    /// An attacker at one address invents a guest for each of so many orders, and takes as much as each may hold, of whatever strangers can
    /// still have.
    /// </summary>
    /// <param name="handful">Up to so many pieces a variant counts as one of the few.</param>
    /// <param name="orders">As many as one address may place in a minute.</param>
    /// <param name="ofOrder">The most pieces of one order.</param>
    public AttackersMinute Suffer(Attack attack, int handful, int orders = 120, int ofOrder = 100)
    {
        var before = _stock.Sum();
        for (var i = 0; i < orders; i++)
        {
            var buyer = new BuyerHashes(--_buyers, _buyers) { Client = -1 };
            if (attack == Attack.Online || (!TakeAll(ofOrder, buyer, online: false) && attack == Attack.Both))
            {
                TakeAll(ofOrder, buyer, online: true);
            }
        }

        var held = Enumerable.Range(0, Variants).Sum(Held);
        var few = Enumerable.Range(0, Variants).Where(v => _stock[v] <= handful).ToList();
        var many = Enumerable.Range(0, Variants).Except(few).ToList();
        return new AttackersMinute(before, held, many.Count, many.Count(IsGone), few.Count, few.Count(IsGone));

        bool IsGone(int variant) => Held(variant) >= _stock[variant];
    }

    /// <summary>One order of the attacker's; false where nothing is given.</summary>
    private bool TakeAll(int left, BuyerHashes buyer, bool online)
    {
        var all = left;
        for (var variant = 0; variant < Variants && left > 0; variant++)
        {
            var taken = Most(Math.Min(left, _stock[variant] - Held(variant)),
                n => (online ? ObstacleOnline(variant, n, buyer) : Obstacle(variant, n, buyer, 0)) is null);
            left -= taken;
            if (taken > 0 && online)
            {
                _online[variant] += taken;
            }
            else if (taken > 0)
            {
                Hold(variant, taken, buyer, 0);
            }
        }

        return left < all;
    }

    /// <summary>The most pieces that are given, found by asking.</summary>
    private static int Most(int wanted, Func<int, bool> isGiven)
    {
        var (given, refused) = (0, wanted + 1);
        while (given + 1 < refused)
        {
            var middle = (given + refused) / 2;
            (given, refused) = isGiven(middle) ? (middle, refused) : (given, middle);
        }

        return given;
    }

    private double Hour() => _random.NextDouble() < 0.6 ? 18 + (5 * _random.NextDouble()) : 7 + (11 * _random.NextDouble());

    private int Bought(int variant) =>
        Math.Max(1, (int)(7 * OrdersOfADay * PiecesOfAnOrder * _share[variant] * (1 + _random.NextDouble())));

    private void Restock()
    {
        for (var i = 0; i < Variants; i++)
        {
            _stock[i] = Math.Max(_stock[i], Bought(i));
        }
    }

    /// <summary>
    /// What stood in the way; null where it was taken. Nine of ten pay on delivery or by transfer, as guests; the others pay at once, and
    /// their goods leave.
    /// </summary>
    private string? Order(double at)
    {
        var (variant, quantity) = (Variant(), Quantity());
        if (_stock[variant] - Held(variant) < quantity)
        {
            return "insufficient_stock";
        }

        if (_random.NextDouble() < 0.1)
        {
            if (ObstacleOnline(variant, quantity, new BuyerHashes(0, 0) { Client = 0 }) is { } refusal)
            {
                return refusal;
            }

            _stock[variant] -= quantity;
            return null;
        }

        // One in fifty orders again within the time.
        var who = _buyers > 0 && _random.NextDouble() < 0.02 ? _random.Next(_buyers) : ++_buyers;
        var buyer = new BuyerHashes(who, who);
        if (Obstacle(variant, quantity, buyer, at) is { } obstacle)
        {
            return obstacle;
        }

        Hold(variant, quantity, buyer, at);
        return null;
    }

    private string? Obstacle(int variant, int quantity, BuyerHashes buyer, double at)
    {
        var id = _ids[variant];
        var live = _holds.Where(h => h.Variant == variant && h.At + _confirmationHours > at).ToList();
        var book = new UnpaidHoldBook(_limits, [(id, live.Sum(h => h.Hold.Quantity))],
            live.Select(h => (id, h.Hold.Buyer, h.Hold.Quantity)));
        return book.Obstacle([new StockLine(id, quantity)], buyer, Stock(variant))?.Code;
    }

    /// <summary>What is in the way of who pays online: what the same address holds, and nothing else.</summary>
    private string? ObstacleOnline(int variant, int quantity, BuyerHashes buyer)
    {
        var (id, client) = (_ids[variant], buyer.Client!.Value);
        var held = client == 0 ? 0 : Held(variant);
        return new ClientHoldBook(_limits, [(client, id, held)]).Obstacle([new StockLine(id, quantity)], buyer, Stock(variant))?.Code;
    }

    private StockBook Stock(int variant) =>
        new([new StockRow(_ids[variant], _ids[variant], _ids[variant], _stock[variant], Held(variant), null, 1, 0)]);

    private void Hold(int variant, int quantity, BuyerHashes buyer, double at) =>
        _holds.Add((new UnpaidHold(_ids[variant], _ids[variant], _ids[variant], quantity, buyer, null, DateTime.UnixEpoch), variant, at));

    private int Held(int variant) => (int)(_holds.Where(h => h.Variant == variant).Sum(h => h.Hold.Quantity) + _online[variant]);

    private int Expire(double at) => _holds.RemoveAll(h => h.At + _confirmationHours <= at);

    private void SendOut()
    {
        foreach (var (hold, variant, _) in _holds)
        {
            _stock[variant] -= (int)hold.Quantity;
        }

        _holds.Clear();
    }

    private int Variant()
    {
        var drawn = _random.NextDouble();
        for (var i = 0; i < Variants; i++)
        {
            if ((drawn -= _share[i]) < 0)
            {
                return i;
            }
        }

        return Variants - 1;
    }

    private int Quantity() => _random.NextDouble() switch
    {
        < 0.80 => 1,
        < 0.93 => 2,
        < 0.99 => _random.Next(3, 6),
        _ => _random.Next(6, 13),
    };
}

using System.Globalization;
using Holdfast.Configuration;
using Holdfast.Orders.Core;

namespace Holdfast.Tests.Simulation;

/// <summary>
/// Why the limits on what strangers hold without money are as they are: <c>./test SmallShop</c> lives through years of a small shop and an
/// attacker's minute for many choices, and prints the table of docs/adr/0018.
/// </summary>
public sealed class SmallShopTests(ITestOutputHelper output)
{
    private const int Seeds = 5;
    private const int Days = 180;
    private const int Handful = 4;

    /// <summary>What a new installation has.</summary>
    private static readonly UnpaidLimits Defaults = Settings.From(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build())
        .Unpaid;

    private static ShopYear Years(UnpaidLimits limits, int visitsEvery = 1)
    {
        var years = Enumerable.Range(1, Seeds).Select(seed => new SmallShop(seed, limits, visitsEvery: visitsEvery).Live(Days)).ToList();
        return new ShopYear(years.Sum(y => y.Orders), years.Sum(y => y.Refused), years.Sum(y => y.SoldOut), years.Sum(y => y.Expired));
    }

    private static AttackersMinute Minute(UnpaidLimits limits, Attack attack = Attack.Both)
    {
        var minutes = Enumerable.Range(1, Seeds).Select(seed => new SmallShop(seed, limits).Suffer(attack, Handful)).ToList();
        return new AttackersMinute(minutes.Sum(m => m.Stock), minutes.Sum(m => m.Held), minutes.Sum(m => m.Variants),
            minutes.Sum(m => m.Gone), minutes.Sum(m => m.Few), minutes.Sum(m => m.FewGone));
    }

    [Fact]
    public void The_table_of_choices()
    {
        output.WriteLine(
            "| of a buyer | handful | share | honest orders refused of 10,000 | sold out of 10,000 | attacker's minute: held | sold "
            + "out by it: of five and more pieces | of four and fewer |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var limits in new UnpaidLimits[] { default, new(20, 3, 25), new(20, 3, 50), new(20, 5, 50), new(20, 3, 75), new(20, 4, 75),
            new(20, 5, 75), new(20, 4, 90),
            new(20, 5, 90), new(20, 10, 75), new(20, 20, 75), new(10, 4, 75), new(5, 4, 75) })
        {
            var (year, minute) = (Years(limits), Minute(limits));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {limits.OfBuyer} | {limits.Handful} | {limits.SharePercent} % | {10_000.0 * year.Refused / year.Orders:0.0} | "
                + $"{10_000.0 * year.SoldOut / year.Orders:0} | {100.0 * minute.Held / minute.Stock:0} % | "
                + $"{100.0 * minute.Gone / minute.Variants:0} % | {100.0 * minute.FewGone / minute.Few:0} % |"));
        }
    }

    [Fact]
    public void A_small_shop_does_not_notice_the_limits()
    {
        var (free, year) = (Years(default), Years(Defaults));
        Assert.Equal(80 * Days * Seeds, year.Orders);
        Assert.True(year.Refused * 10_000 <= 30 * year.Orders, $"{year}");

        // What is refused to one is sold to the next: it loses no more than one order of a thousand.
        Assert.True((year.Refused + year.SoldOut - free.SoldOut) * 1000 <= year.Orders, $"{year}, {free}");
        Assert.Equal(0, year.Expired);

        // Staff who look in every other day only are in time, too.
        Assert.Equal(0, Years(Defaults, visitsEvery: 2).Expired);
    }

    [Theory]
    [InlineData(Attack.OnDelivery)]
    [InlineData(Attack.Online)]
    [InlineData(Attack.Both)]
    public void An_attackers_minute_leaves_something_of_all_that_is_not_scarce(Attack attack)
    {
        var free = Minute(default, attack);
        Assert.Equal(free.Stock, free.Held);
        var minute = Minute(Defaults, attack);
        Assert.True(minute.Held * 100 <= minute.Stock * 90, $"{minute}");
        Assert.Equal(0, minute.Gone);

        // What there are four pieces of or fewer can be held whole: who orders one of them on delivery must not be asked for money.
        Assert.True(minute.Few > 20, $"{minute}");
        Assert.Equal(minute.Few, minute.FewGone);
    }

    [Fact]
    public void Numbers_are_the_seeds_alone() => Assert.Equal(new SmallShop(7, Defaults).Live(30), new SmallShop(7, Defaults).Live(30));
}

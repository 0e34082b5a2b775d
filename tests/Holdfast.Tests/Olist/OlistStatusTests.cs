using Holdfast.Commands.Olist.Core;

namespace Holdfast.Tests.Olist;

public sealed class OlistStatusTests
{
    [Theory]
    [InlineData("created", "pending")]
    [InlineData("approved", "confirmed")]
    [InlineData("invoiced", "confirmed")]
    [InlineData("processing", "confirmed")]
    [InlineData("shipped", "shipped")]
    [InlineData("delivered", "delivered")]
    [InlineData("canceled", "cancelled")]
    [InlineData("unavailable", "cancelled")]
    public void Every_recorded_status_has_one_of_the_engine(string recorded, string target) =>
        Assert.Equal(target, OlistStatus.Target(OlistStatus.Parse(recorded)!.Value));

    [Theory]
    [InlineData("")]
    [InlineData("Delivered")]
    [InlineData("5")]
    [InlineData("lost")]
    public void Others_are_none(string text) => Assert.Null(OlistStatus.Parse(text));

    [Theory]
    [InlineData("delivered", "pending", true, "Pay Ship Deliver Done")]
    [InlineData("shipped", "pending", true, "Pay Ship Done")]
    [InlineData("confirmed", "pending", true, "Pay Done")]
    [InlineData("cancelled", "pending", true, "Pay Cancel Done")]
    [InlineData("cancelled", "pending", false, "Cancel Done")]
    [InlineData("pending", "pending", false, "Done")]
    [InlineData("pending", "expired", false, "Done")]
    [InlineData("delivered", "expired", true, "Pay Ship Deliver Done")]
    [InlineData("delivered", "cancelled", false, "Stuck")]
    [InlineData("shipped", "delivered", false, "Stuck")]
    [InlineData("confirmed", "cancelled", true, "Stuck")]
    public void The_steps_lead_there_or_say_that_none_does(string target, string from, bool unpaid, string expected)
    {
        var (status, steps) = (from, new List<Step>());
        do
        {
            steps.Add(OlistStatus.Next(status, target, unpaid));
            (status, unpaid) = steps[^1] switch
            {
                Step.Pay => ("confirmed", false),
                Step.Ship => ("shipped", unpaid),
                Step.Deliver => ("delivered", unpaid),
                Step.Cancel => ("cancelled", unpaid),
                _ => (status, unpaid),
            };
        }
        while (steps[^1] is not (Step.Done or Step.Stuck));
        Assert.Equal(expected, string.Join(' ', steps));
    }
}

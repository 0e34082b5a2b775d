using Holdfast.Platform;

namespace Holdfast.Tests;

public sealed class VersionConditionTests
{
    [Theory]
    [InlineData("\"3\"", true)]
    [InlineData("W/\"3\"", true)]
    [InlineData("\"3-ab12\"", true)]
    [InlineData("\"2\", \"3\"", true)]
    [InlineData("*", true)]
    [InlineData("\"2\"", false)]
    [InlineData("\"abc\"", false)]
    [InlineData("\"\"", false)]
    [InlineData("", false)]
    [InlineData("\"-3\"", false)]
    [InlineData("\"99999999999999999999\"", false)]
    public void A_change_is_made_to_a_version_that_a_tag_names(string tags, bool holds) =>
        Assert.Equal(holds, VersionCondition.Parse(tags).Holds(3));
}

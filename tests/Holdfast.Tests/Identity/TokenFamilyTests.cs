using Holdfast.Identity.Core;

namespace Holdfast.Tests.Identity;

/// <summary>What a refresh token is worth, at the borders of its times.</summary>
public sealed class TokenFamilyTests
{
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly TokenFamily _family = new(Guid.CreateVersion7(), Guid.CreateVersion7(), 3, Now, Now, Now + TokenFamily.Lifetime, null);

    [Fact]
    public void The_current_one_is_good_until_its_time_and_not_at_it()
    {
        Assert.Equal(PresentedToken.Rotate, _family.Present(3, _family.ExpiresAt.AddMilliseconds(-1)));
        Assert.Equal(PresentedToken.Ended, _family.Present(3, _family.ExpiresAt));
        Assert.Equal(PresentedToken.Ended, _family.Present(4, Now));
        Assert.Equal(PresentedToken.Ended, (_family with { RevokedAt = Now }).Present(3, Now));
    }

    [Fact]
    public void The_one_before_is_good_for_a_moment_and_older_ones_are_stolen()
    {
        Assert.Equal(PresentedToken.Repeat, _family.Present(2, Now + TokenFamily.Grace));
        Assert.Equal(PresentedToken.Stolen, _family.Present(2, Now + TokenFamily.Grace + TimeSpan.FromMilliseconds(1)));
        Assert.Equal(PresentedToken.Stolen, _family.Present(1, Now));
    }

    [Fact]
    public void A_rotation_begins_its_time_anew()
    {
        var later = Now.AddDays(1);
        Assert.Equal(_family with { Generation = 4, RotatedAt = later, ExpiresAt = later + TokenFamily.Lifetime }, _family.Rotated(later));
    }

    [Fact]
    public void Nothing_lasts_longer_than_ninety_days()
    {
        var family = _family;
        for (var day = 20; day < 90; day += 20)
        {
            Assert.Equal(PresentedToken.Rotate, family.Present(family.Generation, Now.AddDays(day)));
            family = family.Rotated(Now.AddDays(day));
        }

        Assert.Equal(Now + TokenFamily.Longest, family.ExpiresAt);
        Assert.Equal(PresentedToken.Rotate, family.Present(family.Generation, Now + TokenFamily.Longest - TimeSpan.FromMilliseconds(1)));
        Assert.Equal(PresentedToken.Ended, family.Present(family.Generation, Now + TokenFamily.Longest));
        // Those that were extended without that limit, by an older release.
        Assert.Equal(PresentedToken.Ended, (family with { ExpiresAt = Now.AddDays(110) }).Present(family.Generation, Now.AddDays(91)));
    }
}

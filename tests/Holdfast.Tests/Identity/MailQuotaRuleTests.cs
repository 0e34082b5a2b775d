using Holdfast.Identity.Core;

namespace Holdfast.Tests.Identity;

public sealed class MailQuotaRuleTests
{
    private static readonly DateTime Now = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_day_after_the_first_mail_the_count_begins_again()
    {
        var full = new AskedMails(3, Now, Now.AddHours(1));
        Assert.Null(MailQuota.Ask(full, most: 3, then: null, Now.AddDays(1).AddTicks(-1)));
        Assert.Equal(new AskedMails(1, Now.AddDays(1), Now.AddDays(1)), MailQuota.Ask(full, most: 3, then: null, Now.AddDays(1)));
    }
}

using Holdfast.Identity.Core;

namespace Holdfast.Tests.Identity;

public sealed class EmailsTests
{
    [Theory]
    [InlineData("An@Example.COM", "an@example.com")]
    [InlineData("  an.nguyen+shop@mail.example.vn\t", "an.nguyen+shop@mail.example.vn")]
    [InlineData("ÁNH@ví-dụ.vn", "ánh@xn--v-d-rma6749a.vn")]
    [InlineData("a\u0301nh@vi\u0301-du\u0323.vn", "ánh@xn--v-d-rma6749a.vn")]
    [InlineData("an@Bücher.DE", "an@xn--bcher-kva.de")]
    [InlineData("an@XN--Bcher-KVA.de", "an@xn--bcher-kva.de")]
    [InlineData("an@bu\u0308cher.de", "an@xn--bcher-kva.de")]
    [InlineData("\u212aim@example.com", "kim@example.com")]
    [InlineData("иван@пример.рф", "иван@xn--e1afmkfd.xn--p1ai")]
    [InlineData("สมชาย@ไทย.example", "สมชาย@xn--o3cw4h.example")]
    [InlineData("привет@example.com", "привет@example.com")]
    [InlineData("ресурс@пример.рф", "ресурс@xn--e1afmkfd.xn--p1ai")]
    [InlineData("an@ресурс.рф", "an@xn--e1avbdbk.xn--p1ai")]
    [InlineData("işık@example.com.tr", "işık@example.com.tr")]
    [InlineData("γιώργος@example.com", "γιώργος@example.com")]
    [InlineData("ŋɔɛ@example.com", "ŋɔɛ@example.com")]
    [InlineData("o'hara@localhost", "o'hara@localhost")]
    public void Evens_out_case_and_blanks(string email, string key) => Assert.Equal(key, Emails.Key(email));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("an")]
    [InlineData("@example.com")]
    [InlineData("an@")]
    [InlineData("a@b@c")]
    [InlineData("an @example.com")]
    [InlineData("an@exa mple.com")]
    [InlineData("an@example..com")]
    [InlineData("an@.example.com")]
    [InlineData("an@-example.com")]
    [InlineData(".an@example.com")]
    [InlineData("a..n@example.com")]
    [InlineData("an@example.com\r\nBcc: x@example.com")]
    [InlineData("an\0@example.com")]
    [InlineData("<an@example.com>")]
    [InlineData("\"an\"@example.com")]
    [InlineData("an@Closed.invalid")]
    [InlineData("a\u200bn@example.com")]
    [InlineData("an\u00ad@example.com")]
    [InlineData("an@exam\u200bple.com")]
    [InlineData("an@example.com\u2060")]
    [InlineData("\uff41n@example.com")]
    [InlineData("an@\uff45xample.com")]
    [InlineData("o\ufb03ce@example.com")]
    [InlineData("аn@example.com")]
    [InlineData("an@gооgle.com")]
    [InlineData("an@xn--ggle-55da.com")]
    [InlineData("аnж@example.com")]
    [InlineData("an@жукgoogle.com")]
    [InlineData("αn@example.com")]
    [InlineData("an@xn--Bcher-.de")]
    [InlineData("an@ɡmail.com")]
    [InlineData("an@xn--mail-z7b.com")]
    [InlineData("admın@example.com")]
    [InlineData("an@gmaıl.com")]
    [InlineData("ɑn@example.com")]
    [InlineData("ánɑ@example.com")]
    [InlineData("ᴀɴ@example.com")]
    [InlineData("рау@example.com")]
    [InlineData("рау-1.у@example.com")]
    [InlineData("an@раураӏ.com")]
    [InlineData("an@mail.раураӏ.com")]
    [InlineData("ɑn@пример.рф")]
    [InlineData("αν@example.com")]
    [InlineData("օո@example.com")]
    [InlineData("ᎪᎳ@example.com")]
    [InlineData("an@xn--99999999.de")]
    public void Refuses_what_is_no_address(string? email) => Assert.Null(Emails.Key(email));

    [Fact]
    public void Refuses_what_is_too_long()
    {
        Assert.NotNull(Emails.Key(new string('a', 64) + "@example.com"));
        Assert.Null(Emails.Key(new string('a', 65) + "@example.com"));
        Assert.Null(Emails.Key("a@" + string.Join('.', Enumerable.Repeat(new string('b', 60), 5))));
    }
}

using Holdfast.Identity;

namespace Holdfast.Tests.Identity;

public sealed class EmailsTests
{
    [Theory]
    [InlineData("An@Example.COM", "an@example.com")]
    [InlineData("  an.nguyen+shop@mail.example.vn\t", "an.nguyen+shop@mail.example.vn")]
    [InlineData("ÁNH@ví-dụ.vn", "ánh@ví-dụ.vn")]
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
    public void Refuses_what_is_no_address(string? email) => Assert.Null(Emails.Key(email));

    [Fact]
    public void Refuses_what_is_too_long()
    {
        Assert.NotNull(Emails.Key(new string('a', 64) + "@example.com"));
        Assert.Null(Emails.Key(new string('a', 65) + "@example.com"));
        Assert.Null(Emails.Key("a@" + string.Join('.', Enumerable.Repeat(new string('b', 60), 5))));
    }
}

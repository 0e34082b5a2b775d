using Holdfast.Platform;

namespace Holdfast.Tests;

public sealed class TimesTests
{
    private static readonly TimeZoneInfo Vietnam = TimeZoneInfo.FindSystemTimeZoneById("Asia/Ho_Chi_Minh");
    private static readonly TimeZoneInfo SaoPaulo = TimeZoneInfo.FindSystemTimeZoneById("America/Sao_Paulo");
    private static readonly TimeZoneInfo Havana = TimeZoneInfo.FindSystemTimeZoneById("America/Havana");

    [Theory]
    [InlineData("2026-12-31T23:59:59Z", "2026-12-31T23:59:59.0000000Z")]
    [InlineData("2026-12-31t23:59:59z", "2026-12-31T23:59:59.0000000Z")]
    [InlineData("2026-12-31T23:59:59+07:00", "2026-12-31T16:59:59.0000000Z")]
    [InlineData("2026-12-31T23:59:59.1234567-03:30", "2027-01-01T03:29:59.1234567Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z")]
    public void A_time_with_its_offset_is_a_moment(string text, string utc) =>
        Assert.Equal(utc, Times.Read(text)?.ToString("O", null));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-12-31")]
    [InlineData("2026-12-31T23:59:59")]
    [InlineData("2026-12-31T23:59")]
    [InlineData("2026-12-31 23:59:59Z")]
    [InlineData("2026-12-31T23:59:59+0700")]
    [InlineData("2026-12-31T23:59:59+07")]
    [InlineData("2026-12-31T24:00:00Z")]
    [InlineData("2026-02-30T00:00:00Z")]
    [InlineData("2026-12-31T23:59:59 Z")]
    [InlineData("31/12/2026")]
    [InlineData("12/31/2026 11:59 PM")]
    [InlineData("Thu, 31 Dec 2026 23:59:59 GMT")]
    [InlineData("1798761599")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData("2026-12-31T23:59:59Z\n")]
    [InlineData("٢٠٢٦-12-31T23:59:59Z")]
    public void Anything_else_is_none(string? text) => Assert.Null(Times.Read(text));

    [Fact]
    public void A_day_is_that_of_a_zone_and_ends_when_it_is_over()
    {
        Assert.Equal(new DateTime(2026, 12, 30, 17, 0, 0, DateTimeKind.Utc), Times.Read("2026-12-31", Vietnam));
        Assert.Equal(new DateTime(2026, 12, 31, 17, 0, 0, DateTimeKind.Utc), Times.Read("2026-12-31", Vietnam, isEnd: true));
        Assert.Equal(DateTimeKind.Utc, Times.Read("2026-12-31", Vietnam)!.Value.Kind);
        Assert.Null(Times.Read("2026-02-29", Vietnam));
        Assert.Null(Times.Read("2026-1-1", Vietnam));
        Assert.Null(Times.Read("9999-12-31", Vietnam, isEnd: true));
        Assert.Equal(DateTime.MinValue, Times.Read("0001-01-01", Vietnam));
    }

    [Fact]
    public void A_day_that_begins_after_or_twice_at_midnight_has_one_beginning()
    {
        // In São Paulo the clocks went from 0:00 to 1:00 on 2018-11-04, and from 24:00 back to 23:00 before 2018-02-18.
        Assert.Equal(new DateTime(2018, 11, 4, 3, 0, 0, DateTimeKind.Utc), Times.Read("2018-11-04", SaoPaulo));
        Assert.Equal(new DateTime(2018, 11, 4, 3, 0, 0, DateTimeKind.Utc), Times.Read("2018-11-03", SaoPaulo, isEnd: true));
        Assert.Equal(new DateTime(2018, 2, 18, 3, 0, 0, DateTimeKind.Utc), Times.Read("2018-02-18", SaoPaulo));
        Assert.Equal(TimeSpan.FromHours(25), Times.Read("2018-02-17", SaoPaulo, isEnd: true)!.Value
            - Times.Read("2018-02-17", SaoPaulo)!.Value);

        // In Havana they went from 1:00 back to 0:00 on 2026-11-01: midnight came twice.
        Assert.Equal(new DateTime(2026, 11, 1, 4, 0, 0, DateTimeKind.Utc), Times.Read("2026-11-01", Havana));
    }

    [Fact]
    public void A_plus_sign_that_was_not_escaped_is_understood_in_queries()
    {
        Assert.Equal(Times.Read("2026-12-31T23:59:59+07:00"), Times.ReadParameter("2026-12-31T23:59:59 07:00"));
        Assert.Null(Times.ReadParameter("2026-12-31 23:59:59"));
        Assert.Null(Times.ReadParameter("2026-12-31"));
        Assert.NotNull(Times.ReadParameter("2026-12-31", Vietnam));
    }
}

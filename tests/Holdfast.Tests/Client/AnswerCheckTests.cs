using System.Text;
using Holdfast.Client;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Client;

/// <summary>The check that all tests' answers go through can fail.</summary>
public sealed class AnswerCheckTests
{
    [Theory]
    [InlineData("GET", "/api/v1/orders/unpaid-holds", typeof(Page<UnpaidHold>))]
    [InlineData("GET", "/api/v1/orders/01900000-0000-7000-8000-000000000181", typeof(Order))]
    [InlineData("PUT", "/api/v1/carts/1/lines/2", typeof(Cart))]
    [InlineData("GET", "/health", typeof(Health))]
    [InlineData("DELETE", "/api/v1/orders/1", null)]
    [InlineData("GET", "/api/v1/nothing", null)]
    public void Paths_lead_to_records(string method, string path, Type? type) => Assert.Equal(type, AnswerCheck.TypeOf(method, path));

    [Fact]
    public void What_a_record_does_not_have_is_found()
    {
        AnswerCheck.Check(typeof(Health), """{"status": "healthy"}"""u8, "GET /health");
        foreach (var wrong in new[] { """{"status": "healthy", "since": 1}""", "{}", """{"status": null}""", """{"Status": "healthy"}""" })
        {
            var found = Assert.Throws<InvalidOperationException>(() =>
                AnswerCheck.Check(typeof(Health), Encoding.UTF8.GetBytes(wrong), "GET /health"));
            Assert.StartsWith("GET /health is not what the client's Health says", found.Message, StringComparison.Ordinal);
        }
    }
}

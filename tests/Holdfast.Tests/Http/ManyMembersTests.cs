using System.Text;
using Holdfast.Platform;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Catalog;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Http;

/// <summary>What is wrong with a body is told in few words, and costs little, however much it is.</summary>
public sealed class ManyMembersTests(SqliteHost host) : IClassFixture<SqliteHost>
{
    private static string Members(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"\"m{i}\":1"));

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(20, 20, false)]
    [InlineData(21, 20, true)]
    [InlineData(200, 20, true)]
    public async Task Twenty_findings_are_named_and_then_there_are_more(int members, int named, bool hasMore)
    {
        var unknown = await host.Server.Admin.Post("/stores", $"{{{Members(members)}}}");
        unknown.Is(400, "unknown_field");
        Assert.Equal((named, hasMore), (unknown.FieldNames.Count(), (bool?)unknown["hasMore"] ?? false));

        var variants = string.Join(',', Enumerable.Range(0, members).Select(_ => "{}"));
        var wrong = await host.Server.Admin.Post("/products",
            $"{{\"storeId\":\"{Guid.CreateVersion7()}\",\"name\":\"a\",\"variants\":[{variants}]}}");
        wrong.Is(400, "invalid_request");
        Assert.True(wrong.FieldNames.Count() <= 20);
        Assert.Equal(members > 10, (bool?)wrong["hasMore"] ?? false);
    }

    [Theory]
    [InlineData("{{{0}}}")]
    [InlineData("{{\"deliveryAddress\":{{{0}}}}}")]
    [InlineData("{{\"lines\":[{{{0}}}]}}")]
    [InlineData("{{\"metadata\":{{{0}}}}}")]
    public async Task An_object_with_too_many_members_is_refused_before_they_are_listed(string form)
    {
        var answer = await host.Server.Admin.SendAsync(HttpMethod.Post, "/orders/quote", string.Format(null, form, Members(3_000)));
        Assert.Equal(400, (int)answer.Status);
        Assert.True(answer.Code is "too_many_members" or "invalid_request", answer.Code);
        Assert.True(answer.Body!.ToJsonString().Length < 2_000);
    }

    [Fact]
    public void A_mebibyte_of_members_costs_next_to_nothing()
    {
        var body = Encoding.UTF8.GetBytes($"{{\"storeId\":1,\"variants\":[{{{Members(90_000)}}}]}}");
        Assert.InRange(body.Length, Request.MaxBodyBytes / 2, Request.MaxBodyBytes);
        Assert.Equal("too_many_members", JsonBodyReader.Parse(body).Error?.Code);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(JsonBodyReader.Parse(body).IsOk);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        Assert.True(JsonBodyReader.Parse(Nested(31)).IsOk);
        Assert.Equal(Errors.InvalidJson, JsonBodyReader.Parse(Nested(33)).Error);
        Assert.Equal(Errors.InvalidJson, JsonBodyReader.Parse(Nested(200_000)).Error);

        static byte[] Nested(int depth) => Encoding.ASCII.GetBytes($"{{\"a\":{new string('[', depth)}{new string(']', depth)}}}");
    }

    [Fact]
    public void What_a_product_may_have_is_not_too_much()
    {
        var entries = string.Join(',', Enumerable.Range(0, 50).Select(i => $"\"k{i}\":\"v\""));
        var variants = string.Join(',', Enumerable.Range(0, 250)
            .Select(i => $"{{\"sku\":\"s{i}\",\"price\":1,\"attributes\":{{{entries}}},\"metadata\":{{{entries}}}}}"));
        var body = Encoding.UTF8.GetBytes($"{{\"name\":\"a\",\"variants\":[{variants}]}}");
        Assert.InRange(body.Length, Request.SmallBodyBytes, Request.MaxBodyBytes);
        Assert.True(JsonBodyReader.Parse(body).IsOk);
    }
}

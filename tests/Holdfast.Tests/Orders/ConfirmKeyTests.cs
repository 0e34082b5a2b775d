using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Holdfast.Identity.Links;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>The key of a confirmation is no text: its bytes count, wherever it stands.</summary>
public abstract class ConfirmKeyTests(TestHost host)
{
    [Theory]
    [InlineData("ke\u0301y", "k\u00e9y")]
    [InlineData("ke\u0323\u0302y", "k\u1ec7y")]
    [InlineData("\u212aey", "Key")]
    public async Task Keys_of_other_bytes_are_other_keys(string first, string second)
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var body = shop.Body();
        body["paymentMethod"] = "cash_on_delivery";
        var (status, order, _) = await Shop.PostAsync(host.Server.Guest, "/orders", body);
        Assert.Equal(201, status);
        var id = order.GetProperty("id").GetGuid();
        var token = host.Server.Get<AccessKeys>().Mailed(id, order.GetProperty("customer").GetProperty("email").GetString()!);
        Assert.Equal((200, false), await ConfirmAsync(first));
        Assert.Equal((200, true), await ConfirmAsync(first));
        var (code, isReplay) = await ConfirmAsync(second);
        Assert.True(code is 200 or 409 && !isReplay, $"{code} {isReplay}");

        async Task<(int Status, bool IsReplay)> ConfirmAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/orders/{id}/confirm")
            {
                Content = JsonContent.Create(new JsonObject { ["token"] = token, ["idempotencyKey"] = key }),
            };
            using var answer = await host.Server.Guest.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain("idempotency", text, StringComparison.Ordinal);
            return ((int)answer.StatusCode, answer.Headers.Contains("Idempotency-Replayed"));
        }
    }
}

public sealed class ConfirmKey_on_sqlite(SqliteHost host) : ConfirmKeyTests(host), IClassFixture<SqliteHost>;

public sealed class ConfirmKey_on_postgresql(PostgresHost host) : ConfirmKeyTests(host), IClassFixture<PostgresHost>;

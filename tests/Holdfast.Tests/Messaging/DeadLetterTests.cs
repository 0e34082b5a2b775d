using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Commands;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Messaging;

/// <summary>Dead letters of a running server, by the API; what an order's events did not reach can be brought there later.</summary>
public abstract class DeadLetterTests(Backend backend)
{
    [Fact]
    public async Task They_are_listed_redriven_and_dropped()
    {
        var heard = new Heard { Fails = e => e.Type == "order.created" };
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(backend), s => s.AddSingleton<IConsumer>(heard),
            settings: new Settings { RateLimits = false, Messaging = new MessagingOptions { MaxAttempts = 2, FirstPause = TimeSpan.FromMilliseconds(1) } });
        await Heard.ResetAsync(server.Db);
        var shop = await Shop.CreateAsync(server.Db, 5);
        var order = await shop.OrderAsync(server.Guest);
        Assert.Equal(201, order.Status);
        await Shop.PostAsync(server.Admin, $"/orders/{order.Body.GetProperty("id").GetString()}/cancel", null);
        var letter = default(JsonElement);
        await Until.TrueAsync("there is a dead letter", async () => (letter = (await ListAsync(server)).EnumerateArray().FirstOrDefault()).ValueKind == JsonValueKind.Object, 30);
        var id = order.Body.GetProperty("id").GetGuid();
        Assert.Equal(("heard", id, 1, "order.created", 2), (letter.GetProperty("lane").GetString()!, letter.GetProperty("subject").GetGuid(), letter.GetProperty("sequence").GetInt32(),
            letter.GetProperty("type").GetString()!, letter.GetProperty("attempts").GetInt32()));
        Assert.Equal("pending", JsonDocument.Parse(letter.GetProperty("payload").GetString()!).RootElement.GetProperty("data").GetProperty("status").GetString());
        await Until.TrueAsync("the later event was handled", async () => (await Heard.OfAsync(server.Db, id)).SequenceEqual([2]), 30);

        heard.Fails = _ => false;
        var letterId = letter.GetProperty("id").GetString();
        Assert.Equal(202, (await Shop.PostAsync(server.Admin, $"/dead-letters/{letterId}/redrive", null)).Status);
        await Until.TrueAsync("it was handled, too", async () => (await Heard.OfAsync(server.Db, id)).SequenceEqual([2, 1]), 30);
        Assert.Equal(404, (await Shop.PostAsync(server.Admin, $"/dead-letters/{letterId}/redrive", null)).Status);

        heard.Fails = e => e.Type == "order.created";
        await shop.OrderAsync(server.Guest);
        await Until.TrueAsync("there is another", async () => (letter = (await ListAsync(server)).EnumerateArray().FirstOrDefault()).ValueKind == JsonValueKind.Object, 30);
        Assert.Equal(0, (await ListAsync(server, "?lane=others")).GetArrayLength());
        Assert.Equal(204, (int)(await server.Admin.DeleteAsync($"/api/v1/dead-letters/{letter.GetProperty("id").GetString()}")).StatusCode);
        Assert.Equal(404, (int)(await server.Admin.DeleteAsync($"/api/v1/dead-letters/{letter.GetProperty("id").GetString()}")).StatusCode);
        Assert.Equal(0, (await ListAsync(server)).GetArrayLength());
        await Until.TrueAsync("nothing is on its way", async () => await Heard.RowsAsync(server.Db, "deliveries") + await Heard.RowsAsync(server.Db, "outbox") == 0, 30);
        using var output = new StringWriter();
        Assert.True(await Verify.RunAsync(server.Db, withRepairs: false, output) == 0, output.ToString());
    }

    private static async Task<JsonElement> ListAsync(TestServer server, string query = "") =>
        (await server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/dead-letters{query}")).GetProperty("items");
}

public sealed class DeadLetters_on_sqlite() : DeadLetterTests(Backend.Sqlite);

public sealed class DeadLetters_on_postgresql() : DeadLetterTests(Backend.Postgres);

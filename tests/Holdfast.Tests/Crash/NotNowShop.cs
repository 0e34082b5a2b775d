using System.Text.Json;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>What a caller was told.</summary>
internal sealed record Told(int Status, string Text, bool HasRetryAfter)
{
    /// <summary>503 with a time to come back, or success.</summary>
    public bool IsProper => this is { Status: 201 or 200 } or { Status: 503, HasRetryAfter: true };

    public static Told Of(int status, JsonElement body, HttpResponseMessage response) =>
        new(status, body.ValueKind == JsonValueKind.Undefined ? "" : body.ToString(), response.Headers.RetryAfter is not null);

    public bool IsNotNow => this is { Status: 503, HasRetryAfter: true };
}

/// <summary>A server over a database that cannot do its work for a while, and what its callers are told in the meantime.</summary>
internal sealed class NotNowShop(ServerProcess server, Shop shop, Db db)
{
    /// <summary>One line for a state, and one more for its end, of each part that has noticed; hundreds are refused.</summary>
    private const int FewLines = 5;
    private const int Rounds = 10;
    private const int AtOnce = 12;
    private static readonly string[] Levels = [" warn ", " ERROR "];

    private int _orders;
    private int _placed;

    /// <summary>The end of the server's log.</summary>
    public string LastLines => string.Join('\n', server.Output.Split('\n').TakeLast(30));

    /// <summary>Sends an order, once. One with a key of its own is to be sent until it is placed, and counts once.</summary>
    public async Task<Told> OrderAsync(string? key = null)
    {
        key ??= $"{shop.StoreId}-{Interlocked.Increment(ref _orders)}";
        var (status, body, response) = await shop.OrderAsync(server.Client, key: key);
        using (response)
        {
            Interlocked.Add(ref _placed, status == 201 ? 1 : 0);
            return Told.Of(status, body, response);
        }
    }

    private async Task<Told> ReadAsync(string path)
    {
        using var answer = await server.Client.GetAsync(new Uri(server.Address, $"/api/v1{path}"));
        return new Told((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.RetryAfter is not null);
    }

    /// <summary>
    /// Puts the database into the state, in which orders are refused properly and the log stays short, and out of it: then orders are
    /// placed again.
    /// </summary>
    /// <param name="mayPlace">Some orders may be placed in the state all the same.</param>
    public async Task GoThroughAsync(Func<Task> begin, Func<Task> end, bool mayPlace = false)
    {
        Assert.Equal(201, (await OrderAsync()).Status);
        var before = Troubles().Count;
        await begin();
        try
        {
            await AssertRefusesAsync(mayPlace);
        }
        finally
        {
            await end();
        }

        await Until.TrueAsync("orders are placed again", async () =>
        {
            var told = await OrderAsync();
            return told.IsProper ? told.Status == 201 : throw new InvalidOperationException($"{told}\n{LastLines}");
        }, 30);
        Assert.Equal(_placed, await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId));
        Assert.False(server.HasExited);
        await AssertFewLinesAsync(before);
        await Audit.VerifyAsync(db);
    }

    private async Task AssertRefusesAsync(bool mayPlace)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var told = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => OrderAsync()));
            Assert.All(told, t => Assert.True(t.IsNotNow || (mayPlace && t.Status == 201), $"{t}\n{LastLines}"));
            var read = await ReadAsync($"/orders/{Guid.CreateVersion7()}");
            Assert.True(read.Status == 404 || read.IsNotNow, $"{read}\n{LastLines}");
        }
    }

    /// <summary>The log tells of the state, in few lines and without a stack trace.</summary>
    private async Task AssertFewLinesAsync(int before)
    {
        // The log is written behind the answers.
        await Until.TrueAsync("the log tells of it", () => Troubles().Count > before, 10);
        var lines = Troubles().Skip(before).ToList();
        Assert.True(lines.Count <= FewLines, $"{lines.Count} lines, such as\n{string.Join('\n', lines.Take(20))}");
        Assert.DoesNotContain(server.Output.Split('\n'), line => line.TrimStart().StartsWith("at Holdfast.", StringComparison.Ordinal));
    }

    /// <summary>The lines of the log that are warnings or worse.</summary>
    private List<string> Troubles() =>
        [.. server.Output.Split('\n').Where(line => Levels.Any(level => line.Contains(level, StringComparison.Ordinal)))];
}

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
    private const string WorksAgain = "The database works again";
    private const string OfOneMail = "What became of message";
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
    /// Puts the database into the state, in which orders are refused properly and the log tells of it once, and out of it: then orders are
    /// placed again.
    /// </summary>
    /// <param name="reason">What the log says.</param>
    /// <param name="before">What it may say once before that: that connections were ended, say.</param>
    /// <param name="mayPlace">Some orders may be placed in the state all the same; then the log tells each time that it works, and that it
    /// no longer does.</param>
    public async Task GoThroughAsync(Func<Task> begin, Func<Task> end, string reason, string? before = null, bool mayPlace = false)
    {
        Assert.Equal(201, (await OrderAsync()).Status);
        var earlier = Lines().Count;
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
        await AssertOneLineForEachStateAsync(earlier, reason, before, mayPlace);
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

    /// <summary>The log has one line for the state and one for its end, however many were refused, and no stack trace.</summary>
    private async Task AssertOneLineForEachStateAsync(int earlier, string reason, string? before, bool mayPlace)
    {
        // The log is written behind the answers.
        await Until.TrueAsync("the log tells that it works again",
            () => Lines().Skip(earlier).LastOrDefault() is { } last && IsEnd(last), 10);
        var lines = Lines().Skip(earlier).ToList();
        var all = string.Join('\n', lines.Take(20));
        Assert.True(mayPlace || lines.Count(IsEnd) == 1, $"it works again several times:\n{all}");
        for (var rest = lines; rest.Count > 0;)
        {
            var state = rest.TakeWhile(line => !IsEnd(line)).ToList();
            rest = rest[(state.Count + 1)..];
            Assert.True(state.Count(line => line.Contains(reason, StringComparison.Ordinal)) == 1, $"'{reason}' is not told once:\n{all}");
            Assert.True(state.Count == 1 || (state.Count == 2 && before is not null && state[0].Contains(before, StringComparison.Ordinal)),
                $"{state.Count} lines of one state:\n{all}");
        }

        Assert.DoesNotContain(server.Output.Split('\n'), line => line.TrimStart().StartsWith("at Holdfast.", StringComparison.Ordinal));
    }

    private static bool IsEnd(string line) => line.Contains(WorksAgain, StringComparison.Ordinal);

    /// <summary>
    /// The lines of the log that are warnings or worse, or tell that the database works again; not those that name a mail which was sent
    /// and may be sent again.
    /// </summary>
    private List<string> Lines() => [.. server.Output.Split('\n').Where(line => !line.Contains(OfOneMail, StringComparison.Ordinal)
        && (IsEnd(line) || Levels.Any(level => line.Contains(level, StringComparison.Ordinal))))];
}

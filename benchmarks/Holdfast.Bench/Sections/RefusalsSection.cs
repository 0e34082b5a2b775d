using System.Text;

namespace Holdfast.Bench.Sections;

/// <summary>How fast those who come too late are told so, beside what the web server could do at most.</summary>
internal sealed class RefusalsSection(Bench bench)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public async Task RunAsync()
    {
        Bench.Say("Sold-out refusals");
        await using var server = await ServerProcess.HoldfastAsync(bench.Cluster.Url(await bench.CreateAsync("refusals")), bench.Guard);
        // The first hundred get one each.
        var first = await bench.Wrk.RunAsync(server.Port, 1, Shop.SoldOutItem, WarmUp);
        if (first.Answers - first.Refused > 100)
        {
            throw new BenchException($"100 pieces were there, and {first.Answers - first.Refused} were sold");
        }

        var bytes = await AnswerBytesAsync(server.Port);
        bench.Numbers.Note("a refusal's body", $"{bytes} bytes");
        await using var kestrel = await ServerProcess.BareKestrelAsync(bytes, bench.Guard);
        await bench.Wrk.RunAsync(kestrel.Port, 1, Shop.SoldOutItem, WarmUp);
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            bench.Numbers.Add(Names.Refusals, "answers/s", await RefusedAsync(server.Port));
            bench.Numbers.Add(Names.Kestrel, "answers/s", await RefusedAsync(kestrel.Port));
        }
    }

    private async Task<double> RefusedAsync(int port)
    {
        var result = await bench.Wrk.RunAsync(port, 1, Shop.SoldOutItem, bench.Options.Measured);
        return result.Refused == result.Answers && result.SocketErrors == 0 ? result.PerSecond
            : throw new BenchException($"not all were refused: {result}");
    }

    private static async Task<int> AnswerBytesAsync(int port)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{port}/api/v1/orders"))
        {
            Content = new StringContent(OpenLoop.Body(Shop.SoldOutItem, 0), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", "the-length-of-a-refusal");
        using var answer = await client.SendAsync(request);
        return (await answer.Content.ReadAsByteArrayAsync()).Length;
    }
}

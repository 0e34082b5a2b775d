using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Http;

/// <summary>
/// Requests that nobody meant, by the hundred thousand, to every route there is: none is answered with a 5xx, every refusal is a problem
/// document with a code and a trace id, and what is there still adds up. The seed is printed; HOLDFAST_SEED repeats it.
/// </summary>
[Slow]
public abstract class FuzzTests(EveryRouteHost host, int requests)
{
    private const int Senders = 4;

    private readonly EveryRoute _routes = host.Routes;
    private int _sent;
    private int _taken;
    private int _refused;

    [Fact]
    public async Task No_request_makes_the_server_fail()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HOLDFAST_SEED"), CultureInfo.InvariantCulture, out var given) ? given
            : Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var tokens = await TokensAsync();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAsync(seed, sender, tokens))));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{_sent} requests in {clock.Elapsed.TotalSeconds:F1} s: {_taken} taken, {_refused} refused");

        // All but what is cut off or malformed is answered, and of that, some must have been taken: else nothing was tried.
        Assert.True(_taken > requests / 50 && _refused > requests / 2 && _taken + _refused > requests * 97 / 100,
            $"seed {seed}: {_taken} taken, {_refused} refused");
        Assert.Empty(await Verification.RunAsync(_routes.Server.Db, Server.Invariants, ct: TestContext.Current.CancellationToken));
        // The dead letter that is there may have been redriven, and is none the better for it.
        Assert.DoesNotContain(_routes.Server.Log.Lines, l => l.StartsWith("Error", StringComparison.Ordinal)
            && !l.Contains("order_inbox", StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<string?>> TokensAsync()
    {
        var reader = _routes.Server.Get<TokenReader>();
        var store = Guid.Parse(_routes.Path(_routes.Rules.Single(r => r is { Method: "GET", Pattern: "/api/v1/stores/{id}" }))
            .Split('/')[^1]);
        await TestServer.AddCustomerAsync(_routes.Server.Db, TestServer.AdminId);
        string Of(Role role) => reader.Make(new Account(Guid.CreateVersion7(), role, $"{role}@example.com", null, [store]));
        return [Of(Role.Admin), Of(Role.Admin), Of(Role.Staff), Of(Role.Service), null,
            TestServer.Token(Role.Customer, TestServer.AdminId, "customer@example.com")];
    }

    private async Task SendAsync(int seed, int sender, IReadOnlyList<string?> tokens)
    {
        // Each sender has its own row of requests, so that a seed gives the same ones whoever is faster.
        var fuzzer = new Fuzzer(new Random(unchecked((seed * 31) + sender)), _routes, tokens);
        using var client = new RawClient(_routes.Server.Address);
        for (var i = 0; i < requests / Senders; i++)
        {
            // Only the last tenth may take away what the others aim at.
            var request = fuzzer.Next(mayDelete: i > requests / Senders * 9 / 10);
            var answer = await client.SendAsync(request.Bytes, request.IsHead, request.IsLast, TestContext.Current.CancellationToken);
            Interlocked.Increment(ref _sent);
            if (Fault(answer, request) is { } fault)
            {
                Assert.Fail($"HOLDFAST_SEED={seed}, sender {sender}, request {i}: {fault}: {answer}\n{Shown(request.Bytes)}");
            }

            if (answer is not null)
            {
                Interlocked.Increment(ref answer.Status < 400 ? ref _taken : ref _refused);
            }
        }
    }

    private static string? Fault(RawAnswer? answer, FuzzedRequest request)
    {
        if (answer is null)
        {
            return request.IsLast ? null : "no answer came";
        }

        if (answer.Status is < 200 or >= 500)
        {
            return "is no answer of ours";
        }

        if (answer.Status < 400 || request.IsHead)
        {
            return null;
        }

        if (!answer.ContentType.StartsWith("application/problem+json", StringComparison.Ordinal))
        {
            return $"is no problem document{(request.IsCutOff ? ", to a request that was cut off" : "")}";
        }

        using var problem = JsonDocument.Parse(answer.Body);
        return problem.RootElement.TryGetProperty("code", out var code) && code.GetString() is { Length: > 0 }
            && problem.RootElement.TryGetProperty("traceId", out var trace)
            && trace.GetString() is { Length: > 0 } ? null : "has no code or no trace id";
    }

    private static string Shown(byte[] bytes) => Encoding.Latin1.GetString(bytes.Length <= 3_000 ? bytes : bytes[..3_000]);
}

public sealed class Fuzz_on_sqlite(SqliteEveryRoute host) : FuzzTests(host, 100_000), IClassFixture<SqliteEveryRoute>;

public sealed class Fuzz_on_postgresql(PostgresEveryRoute host) : FuzzTests(host, 100_000), IClassFixture<PostgresEveryRoute>;

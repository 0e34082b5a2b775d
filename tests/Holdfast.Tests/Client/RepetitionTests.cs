using Holdfast.Client;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Client;

/// <summary>Calls whose answers are lost, late or refusals: what is repeated, with which key, and what the caller gets.</summary>
public sealed class RepetitionTests(SqliteHost host) : IClassFixture<SqliteHost>
{
    private const string Busy = """{"title": "Busy.", "status": 503, "code": "busy", "traceId": "t1"}""";

    [Fact]
    public async Task An_order_whose_answer_is_lost_is_placed_once()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin);
        var lossy = new FlakyTransport(FlakyTransport.LoseAnswer, FlakyTransport.LoseAnswer, FlakyTransport.Serve);
        using var guest = Guest(lossy);
        var order = await guest.Orders.PlaceAsync(shop.Order());
        Assert.Equal(order.Id, Assert.Single((await admin.Orders.ListAsync(shop.Store.Id)).Items).Id);
        Assert.Equal(3, lossy.Attempts);
        Assert.NotEmpty(Assert.Single(lossy.Keys.Distinct()));

        // Another call has another key, and one of the caller's own is kept.
        await guest.Orders.PlaceAsync(shop.Order());
        Assert.Equal(2, lossy.Keys.Distinct().Count());
        var first = await guest.Orders.PlaceAsync(shop.Order(), "mine, and nobody else's");
        Assert.Equal("\"mine, and nobody else's\"", lossy.Keys[^1]);
        Assert.Equal(first.Id, (await guest.Orders.PlaceAsync(shop.Order(), "mine, and nobody else's")).Id);
    }

    [Fact]
    public async Task What_carries_no_key_and_changes_something_is_sent_once()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin);
        var lossy = new FlakyTransport(FlakyTransport.LoseAnswer);
        using var guest = Guest(lossy);
        foreach (var call in new Func<Task>[]
        {
            () => guest.Account.RegisterAsync(new($"{Guid.CreateVersion7():N}@example.com", "một mật khẩu dài")),
            () => guest.Carts.SetLineAsync(shop.Store.Id, shop.Variant, new(1), $"{new string('c', 42)}A"),
            () => guest.Carts.ClearAsync(shop.Store.Id, $"{new string('c', 42)}A"),
        })
        {
            var before = lossy.Attempts;
            var failure = await ShopCallsTests.RefusedAsync(call);
            Assert.Equal((null, null, before + 1), (failure.Status, failure.Code, lossy.Attempts));
            Assert.IsType<HttpRequestException>(failure.InnerException);
        }

        // The same of a call that reads is repeated until there is nothing left to hope for.
        Assert.Null((await ShopCallsTests.RefusedAsync(() => guest.Stores.ListAsync())).Status);
        Assert.Equal(3 + 5, lossy.Attempts);
    }

    [Fact]
    public async Task Refusals_that_pass_are_waited_for_and_others_are_told_at_once()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin);
        var busy = new FlakyTransport(FlakyTransport.Answer(503, Busy, retryAfter: 0), FlakyTransport.Answer(429, Busy, retryAfter: 0),
            FlakyTransport.Answer(503, "<html>", "text/html"), FlakyTransport.Serve);
        using var guest = Guest(busy);
        await guest.Orders.PlaceAsync(shop.Order());
        Assert.Equal((4, 1), (busy.Attempts, busy.Keys.Distinct().Count()));

        foreach (var act in new[] { FlakyTransport.Answer(429, Busy, retryAfter: 11), FlakyTransport.Answer(503, Busy, retryAfter: 11),
            FlakyTransport.Answer(429, Busy), FlakyTransport.Answer(500, Busy), FlakyTransport.Answer(409, Busy) })
        {
            var transport = new FlakyTransport(act);
            using var client = Guest(transport);
            var refusal = await ShopCallsTests.RefusedAsync(() => client.Orders.PlaceAsync(shop.Order()));
            Assert.Equal((1, "busy", "t1", transport.Keys[0]),
                (transport.Attempts, refusal.Code, refusal.TraceId, refusal.IdempotencyKey));
        }

        var always = new FlakyTransport(FlakyTransport.Answer(503, Busy, retryAfter: 0));
        using var hopeless = Guest(always);
        var last = await ShopCallsTests.RefusedAsync(() => hopeless.Stores.ListAsync());
        Assert.Equal((5, 503, TimeSpan.Zero), (always.Attempts, last.Status, last.RetryAfter));
    }

    [Fact]
    public async Task An_attempt_that_hangs_is_given_up_and_repeated()
    {
        var hanging = new FlakyTransport(FlakyTransport.Hang, FlakyTransport.Serve);
        using var guest = StrictClient.Of(Options with { AttemptTimeout = TimeSpan.FromSeconds(0.5) }, hanging);
        Assert.NotEmpty((await guest.Server.GetPublicKeysAsync()).Keys);
        Assert.True(hanging.Attempts >= 2);

        var dead = new FlakyTransport(FlakyTransport.Hang);
        using var hopeless = StrictClient.Of(Options with { AttemptTimeout = TimeSpan.FromMilliseconds(20), Retries = 1 }, dead);
        Assert.Null((await ShopCallsTests.RefusedAsync(() => hopeless.Stores.ListAsync())).Status);
        Assert.Equal(2, dead.Attempts);
    }

    [Fact]
    public async Task A_cancelled_call_throws_that_and_is_not_repeated()
    {
        using var source = new CancellationTokenSource();
        var transport = new FlakyTransport((request, send, ct) =>
        {
            source.Cancel();
            return FlakyTransport.Hang(request, send, ct);
        });
        using var guest = Guest(transport);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => guest.Stores.ListAsync(cancellationToken: source.Token));
        Assert.Equal(1, transport.Attempts);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in guest.Stores.ListAllAsync().WithCancellation(source.Token))
            {
                Assert.Fail("nothing is read");
            }
        });
    }

    [Fact]
    public async Task Services_of_a_scope_make_a_client()
    {
        var services = new ServiceCollection();
        services.AddHoldfastClient(_ => Options);
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        var client = scope.ServiceProvider.GetRequiredService<HoldfastClient>();
        Assert.Same(client, scope.ServiceProvider.GetRequiredService<HoldfastClient>());
        Assert.Equal("healthy", (await client.Server.GetLivenessAsync()).Status);
    }

    private HoldfastClientOptions Options => new() { BaseAddress = host.Server.Address, RetryDelay = TimeSpan.FromMilliseconds(1) };

    private HoldfastClient Guest(HttpMessageHandler transport) => StrictClient.Of(Options, transport);
}

using System.Net;
using Holdfast.Configuration;
using Holdfast.Inventory.Core;
using Holdfast.Inventory.Reservations;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Inventory;

public abstract class ReservationRacesTests(Backend backend)
{
    /// <summary>A server that answers and sweeps nothing: what is swept, the test sweeps.</summary>
    private async Task<TestServer> ServeAsync() =>
        await TestServer.StartAsync(await TestDb.CreateAsync(backend), settings: new Settings { Roles = Roles.Api });

    private static ExpireReservations Sweeper(Db db) => new(db, new RelaySignal(), NullLogger<ExpireReservations>.Instance);

    /// <summary>Ends the test: the invariants hold and the database has not seen a deadlock.</summary>
    private async Task CheckAsync(TestServer server)
    {
        await Shop.VerifyAsync(server.Db);
        if (backend == Backend.Postgres)
        {
            Assert.Equal(0,
                await server.Db.ReadAsync(s =>
                s.FirstAsync("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", r => r.Long(0))));
        }
    }

    private static int Count(IEnumerable<HttpResponseMessage> answers, HttpStatusCode status) => answers.Count(a => a.StatusCode == status);

    [Theory]
    [InlineData(300, 1, 100)]
    [InlineData(15, 2, 10)]
    public async Task As_many_succeed_as_there_is_stock_for(int buyers, int each, int onHand)
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, onHand);
        var answers = await Task.WhenAll(Enumerable.Range(0, buyers).Select(_ => shop.ReserveAsync(each)));
        Assert.Equal(onHand / each, Count(answers, HttpStatusCode.Created));
        Assert.Equal(buyers - (onHand / each), Count(answers, HttpStatusCode.Conflict));
        Assert.Equal((onHand, onHand, 0, 0), await shop.StockAsync());
        Assert.Equal(["inventory.rejected"], await shop.EventsAsync(shop.Variant));
        await CheckAsync(server);
    }

    [Fact]
    public async Task What_waits_of_one_caller_is_bounded_however_many_reservations_it_is_of()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 10);
        await using var queue = new ReservationQueue(server.Db, new RelaySignal(), NullLogger<ReservationQueue>.Instance);
        var ids = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var id in ids)
        {
            var made = await queue.SubmitAsync(
                new ReserveCommand(id, Caller.System, null, [new StockLine(shop.Variant, 1)], null, TimeSpan.FromMinutes(10)));
            Assert.Equal(201, made.Status);
        }

        await using var other = server.Database.Open();
        await using var holder = await other.BeginAsync();
        await holder.MayIdleAsync();
        await holder.ExecuteAsync("UPDATE reservations SET status = status");
        var all = Enumerable.Range(0, 12_000).Select(i => queue.SubmitAsync(new ReleaseCommand(ids[i % ids.Count], Caller.System, null)))
            .ToList();
        var refused = await await Task.WhenAny(all);
        Assert.Equal("busy", refused.Error?.Code);
        await holder.RollbackAsync();
        var statuses = (await Task.WhenAll(all)).CountBy(r => r.Error?.Code ?? "done").ToDictionary();
        Assert.Equal(["busy", "done"], statuses.Keys.Order());
        Assert.True(statuses["busy"] is > 0 and <= 2_000, $"{statuses["busy"]}");
        await CheckAsync(server);
    }

    [Fact]
    public async Task Overlapping_baskets_all_succeed_without_a_deadlock()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, [.. Enumerable.Repeat((long?)1000, 8)]);
        var other = server.Database.Open();
        await using var second = new ReservationQueue(other, new RelaySignal(), NullLogger<ReservationQueue>.Instance);
        var random = new Random(7);
        var baskets = Enumerable.Range(0, 50).Select(_ => shop.Variants.OrderBy(_ => random.Next()).Take(5).ToArray()).ToList();

        var here = baskets.Select(async basket =>
        {
            using var made = await shop.ReserveAsync(basket.Select(v => Shop.Line(v, 1)));
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            var path = basket[0].CompareTo(basket[1]) < 0 ? "commit" : "release";
            await shop.PostAsync($"reservations/{(await made.JsonAsync()).Id()}/{path}", new { }).ShouldBeAsync(200);
        });
        var there = baskets.Select(async basket =>
        {
            var lines = Reservation.Sum(basket.Select(v => new StockLine(v, 1)));
            var reply = await second.SubmitAsync(
                new ReserveCommand(Guid.CreateVersion7(), Caller.System, null, lines, null, TimeSpan.FromMinutes(10)));
            Assert.Equal(201, reply.Status);
        });
        var receipts = shop.Variants.Select(v => shop.PostAsync($"{v}/receipts", new { quantity = 1, reference = "DN-1" })
            .ShouldBeAsync(201));
        await Task.WhenAll([.. here, .. there, .. receipts]);
        await CheckAsync(server);
    }

    [Fact]
    public async Task Past_its_time_it_has_expired_although_no_sweep_has_run()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 7);
        var made = await shop.ReserveAsync(3, ttlSeconds: 60).ShouldBeAsync(201);
        var left = (await shop.ReserveAsync(2, ttlSeconds: 60).ShouldBeAsync(201)).Id();
        server.Db.ClockSkew = TimeSpan.FromSeconds(60);
        Assert.Equal("expired", (await shop.Staff.GetAsync($"/api/v1/inventory/reservations/{made.Id()}").ShouldBeAsync(200)).Status());
        await shop.PostAsync($"reservations/{made.Id()}/commit", new { }).ShouldBeAsync(409, "reservation_expired");
        Assert.Equal((7, 2, 5, 0), await shop.StockAsync());
        Assert.Equal("expired", (await shop.PostAsync($"reservations/{made.Id()}/release", new { }).ShouldBeAsync(200)).Status());
        Assert.Equal("expired", (await shop.PostAsync($"reservations/{left}/release", new { }).ShouldBeAsync(200)).Status());
        Assert.Equal((7, 0, 7, 0), await shop.StockAsync());
        Assert.Equal(["inventory.reserved", "inventory.released"], await shop.EventsAsync(made.Id()));
        await CheckAsync(server);
    }

    [Fact]
    public async Task Sweeps_give_back_what_is_overdue_and_nothing_else_once()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 1000, 1000);
        await Task.WhenAll(Enumerable.Range(0, 450)
            .Select(i => shop.ReserveAsync(new[] { Shop.Line(shop.Variants[i % 2], 1) }, ttlSeconds: 60).ShouldBeAsync(201)));
        await shop.ReserveAsync(5, ttlSeconds: 61).ShouldBeAsync(201);
        var second = server.Database.Open();
        var sweepers = new[] { Sweeper(server.Db), Sweeper(server.Db), Sweeper(second) };
        Assert.Equal(0, await sweepers[0].SweepOnceAsync());

        // The last were made after the first, so a clock that is 60 s further than theirs is needed for all.
        var last = await server.Db.ReadAsync(s =>
            s.FirstAsync(
            "SELECT MAX(expires_at) FROM reservations WHERE id IN (SELECT reservation_id FROM reservation_lines WHERE quantity = 1)",
            r => r.Time(0)));
        var fivePieces = await server.Db.ReadAsync(s =>
            s.FirstAsync(
            "SELECT expires_at FROM reservations WHERE id IN (SELECT reservation_id FROM reservation_lines WHERE quantity = 5)",
            r => r.Time(0)));
        Assert.True(last < fivePieces);
        server.Db.ClockSkew = second.ClockSkew = last - await server.Db.ReadAsync(s => s.NowAsync()) + TimeSpan.FromMilliseconds(1);
        var swept = 0;
        for (var round = 0; round < 20 && swept < 450; round++)
        {
            swept += (await Task.WhenAll(sweepers.Select(s => s.SweepOnceAsync()))).Sum();
        }

        var stock = await shop.StockAsync();
        var fiveAreLeft = stock.Reserved == 5;
        Assert.True(fiveAreLeft || await server.Db.ReadAsync(s => s.NowAsync()) >= fivePieces, $"{stock}");
        Assert.Equal(fiveAreLeft ? 450 : 451, swept);
        Assert.Equal((1000, 0, 1000, 0), await shop.StockAsync(shop.Variants[1]));
        await CheckAsync(server);
    }

    [Fact]
    public async Task When_commit_and_expiry_meet_exactly_one_wins()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 100);
        var ids = new List<Guid>();
        for (var i = 0; i < 40; i++)
        {
            ids.Add((await shop.ReserveAsync(2, ttlSeconds: 60).ShouldBeAsync(201)).Id());
        }

        // To the sweeper's clock they are overdue, to the server's they are not: both are right.
        var late = server.Database.Open();
        late.ClockSkew = TimeSpan.FromSeconds(120);
        var commits = Task.WhenAll(ids.Select(id => shop.PostAsync($"reservations/{id}/commit", new { })));
        var sweeps = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Sweeper(late).SweepOnceAsync()));
        var (answers, swept) = (await commits, (await sweeps).Sum());
        swept += await Sweeper(late).SweepOnceAsync();

        var committed = Count(answers, HttpStatusCode.OK);
        Assert.Equal(40, committed + Count(answers, HttpStatusCode.Conflict));
        Assert.Equal(40 - committed, swept);
        Assert.Equal((100 - (2 * committed), 0, 100 - (2 * committed), 0), await shop.StockAsync());
        for (var i = 0; i < 40; i++)
        {
            var status = (await shop.Staff.GetAsync($"/api/v1/inventory/reservations/{ids[i]}").ShouldBeAsync(200)).Status();
            Assert.Equal(answers[i].StatusCode == HttpStatusCode.OK ? "committed" : "expired", status);
        }

        await CheckAsync(server);
    }

    [Fact]
    public async Task Release_and_commit_race_and_exactly_one_wins()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 100);
        var won = await Task.WhenAll(Enumerable.Range(0, 25).Select(async _ =>
        {
            var id = (await shop.ReserveAsync(2).ShouldBeAsync(201)).Id();
            var both = await Task.WhenAll(shop.PostAsync($"reservations/{id}/commit", new { }),
                shop.PostAsync($"reservations/{id}/release", new { }));
            Assert.Equal(1, Count(both, HttpStatusCode.OK));
            return both[0].StatusCode == HttpStatusCode.OK;
        }));
        var gone = 2 * won.Count(w => w);
        Assert.Equal((100 - gone, 0, 100 - gone, 0), await shop.StockAsync());
        await CheckAsync(server);
    }

    [Fact]
    public async Task A_worker_gives_back_within_seconds()
    {
        await using var server = await TestServer.StartAsync(backend);
        var shop = await Shop.OpenAsync(server, 7);
        await shop.ReserveAsync(3, ttlSeconds: 60).ShouldBeAsync(201);
        Assert.Equal((7, 3, 4, 0), await shop.StockAsync());
        server.Db.ClockSkew = TimeSpan.FromSeconds(60);
        await Until.TrueAsync("the sweep gives the stock back", async () => (await shop.StockAsync()).Reserved == 0);
        await CheckAsync(server);
    }

    [Fact]
    public async Task One_key_in_one_batch_goes_to_the_request_that_succeeds()
    {
        await using var server = await ServeAsync();
        var shop = await Shop.OpenAsync(server, 5);
        var key = new IdempotencyKey(Guid.CreateVersion7(), [1]);
        ReserveCommand Command(long quantity, byte fingerprint) =>
            new(Guid.CreateVersion7(), Caller.System, key with { Fingerprint = [fingerprint] },
            [new StockLine(shop.Variant, quantity)], null, TimeSpan.FromMinutes(10));

        // Six is refused. One of the others is made; what has its fingerprint is a replay, what has not is a misuse of the key.
        var queue = server.Get<ReservationQueue>();
        var hold = queue.SubmitAsync(Command(1, 0) with { Key = null });
        byte[] prints = [2, 2, 3];
        var refused = queue.SubmitAsync(Command(6, 1));
        var replies = await Task.WhenAll(prints.Select(print => queue.SubmitAsync(Command(3, print))));
        Assert.Equal((201, 409), ((await hold).Status, (await refused).Status));
        var winner = Array.FindIndex(replies, r => r.Status == 201 && !r.Replayed);
        for (var i = 0; i < replies.Length; i++)
        {
            Assert.Equal((prints[i] == prints[winner] ? 201 : 422, i != winner && prints[i] == prints[winner]),
                (replies[i].Status, replies[i].Replayed));
            Assert.True(replies[i].Status == 422 || replies[i].Body.Span.SequenceEqual(replies[winner].Body.Span));
        }

        var after = await queue.SubmitAsync(Command(3, prints[winner]));
        Assert.Equal((201, true), (after.Status, after.Replayed));
        Assert.True(replies[winner].Body.Span.SequenceEqual(after.Body.Span));
        Assert.Equal((5, 4, 1, 0), await shop.StockAsync());
        await CheckAsync(server);
    }
}

public sealed class ReservationRaces_on_sqlite() : ReservationRacesTests(Backend.Sqlite);

public sealed class ReservationRaces_on_postgresql() : ReservationRacesTests(Backend.Postgres);

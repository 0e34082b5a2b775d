using System.Text.Json.Nodes;
using Holdfast.Orders.Placement;
using Holdfast.Platform.Data;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Each kind of work has connections of its own: what one kind uses up is not missing where orders are placed.</summary>
public abstract class WorkOfItsOwnTests(Backend backend)
{
    private const int Slow = 60;

    private const int Orders = 40;
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData(DbWork.Reads)]
    [InlineData(DbWork.Background)]
    public async Task Slow_reads_do_not_stop_changes(DbWork work)
    {
        await using var server = await TestServer.StartAsync(backend);
        var shop = await Shop.CreateAsync(server.Db, Orders + 1);
        using var slow = new SlowReads(server.Db);
        await slow.BeginAsync(work, Slow, Connections(work));
        var queue = server.Get<PlacementQueue>();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Orders)
            .Select(i => Task.Run(() => queue.PlaceAsync(shop.Placing(email: $"b{i}@example.com")))));
        Assert.All(outcomes, o => Assert.True(o.IsOk, o.Error?.Code));
        var (status, order, _) = await shop.OrderAsync(server.Guest);
        Assert.Equal(201, status);
        await ChangeAsync(server, shop, order.GetProperty("id").GetGuid());
        Assert.Equal(Connections(work), slow.Held);
        await slow.EndAsync();
        Assert.Equal(Orders + 1, await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId));
    }

    /// <summary>Adjustments, counts and erasures may wait for busy rows; orders do not wait for their connections.</summary>
    [Fact]
    public async Task Slow_changes_do_not_stop_orders()
    {
        await using var server = await TestServer.StartAsync(backend);
        var shop = await Shop.CreateAsync(server.Db, 2);
        var basket = new Basket(server.Guest, shop);
        await basket.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        using var slow = new SlowReads(server.Db);
        await slow.BeginAsync(DbWork.Writes, Slow, Connections(DbWork.Writes));
        var (status, order, _) = await shop.OrderAsync(server.Guest);
        Assert.True(status == 201, order.ToString());
        // The second time it is a replay, and reads what is stored.
        for (var again = 0; again < 2; again++)
        {
            (status, order, _) = await basket.CheckOutAsync("once");
            Assert.True(status == 201, order.ToString());
        }

        Assert.Equal(Connections(DbWork.Writes), slow.Held);
        await slow.EndAsync();
        Assert.Equal(2, await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId));
    }

    [Fact]
    public async Task Requests_beyond_the_connections_are_told_within_seconds_to_come_back()
    {
        await using var server = await TestServer.StartAsync(backend);
        using var slow = new SlowReads(server.Db);
        await slow.BeginAsync(DbWork.Reads, Connections(DbWork.Reads), Connections(DbWork.Reads));
        await using (var lateness = Lateness.Watch())
        {
            var told = await Task.WhenAll(Enumerable.Range(0, Slow).Select(_ => ReadAsync(server)));
            lateness.Within(Seconds);
            Assert.All(told, t => Assert.True(t.IsNotNow && t.Text.Contains("\"database_unavailable\"", StringComparison.Ordinal), $"{t}"));
        }

        Assert.DoesNotContain(server.Log.Lines, l => l.Contains("A request failed", StringComparison.Ordinal));
        await slow.EndAsync();
        await Until.TrueAsync("requests are answered again", async () => (await ReadAsync(server)).Status == 404);
    }

    /// <summary>With the settings of a new installation.</summary>
    private int Connections(DbWork work) => (backend, work) switch
    {
        (Backend.Sqlite, DbWork.Writes) => 4,
        (Backend.Sqlite, _) => 8,
        (_, DbWork.Background) => 6,
        _ => 4,
    };

    /// <summary>Each of these reads something of its own, before or beside a batch.</summary>
    private static async Task ChangeAsync(TestServer server, Shop shop, Guid order)
    {
        var staff = server.Staff(shop.StoreId);
        var paid = await Shop.PostAsync(staff, $"/orders/{order}/payments",
            new JsonObject { ["provider"] = "bank", ["transactionId"] = "slow-1", ["amount"] = 1, ["currency"] = "VND" });
        Assert.True(paid.Status is 200 or 201, paid.Body.ToString());
        Assert.Equal(200, (await Shop.PostAsync(staff, $"/orders/{order}/cancel", new JsonObject { ["reason"] = "other" })).Status);
        var lines = new JsonArray(new JsonObject { ["variantId"] = shop.Variant, ["quantity"] = 1 });
        var (status, reservation, _) = await Shop.PostAsync(staff, "/inventory/reservations", new JsonObject { ["lines"] = lines },
            "slow-1");
        Assert.Equal(201, status);
        Assert.Equal(200,
            (await Shop.PostAsync(staff, $"/inventory/reservations/{reservation.GetProperty("id").GetString()}/release",
            new JsonObject())).Status);
    }

    private static async Task<Told> ReadAsync(TestServer server)
    {
        using var answer = await server.Admin.GetAsync(new Uri(server.Address, $"/api/v1/orders/{Guid.CreateVersion7()}"));
        return new Told((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.RetryAfter is not null);
    }

    /// <summary>Reads that go on until they are told to end.</summary>
    private sealed class SlowReads(Db db) : IDisposable
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEvent _endOfBlocked = new(false);
        private Task _all = Task.CompletedTask;
        private int _held;

        public int Held => Volatile.Read(ref _held);

        /// <summary>Begins so many, and returns when they hold all connections of their kind.</summary>
        public async Task BeginAsync(DbWork work, int count, int connections)
        {
            _all = Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(() => ReadAsync(work))));
            await Until.TrueAsync("they hold all connections", () => Held == connections);
        }

        public Task EndAsync()
        {
            _end.TrySetResult();
            _endOfBlocked.Set();
            return _all;
        }

        public void Dispose()
        {
            _end.TrySetResult();
            _endOfBlocked.Set();
        }

        private async Task ReadAsync(DbWork work)
        {
            CurrentWork.Is(work);
            try
            {
                await db.ReadAsync(HoldAsync);
            }
            catch (Exception e) when (db.FaultOf(e) == DbFault.NotNow)
            {
                // One of those that there was no connection for: that is what is to happen.
            }
        }

        private async Task<int> HoldAsync(DbSession session)
        {
            Interlocked.Increment(ref _held);
            if (db.Name == "sqlite")
            {
                // A statement of SQLite keeps its thread for as long as it takes.
                return await session.FirstAsync("SELECT 1", r => _endOfBlocked.WaitOne() ? r.Int(0) : 0);
            }

            await _end.Task;
            return await session.FirstAsync("SELECT 1", r => r.Int(0));
        }
    }
}

public sealed class WorkOfItsOwn_on_sqlite() : WorkOfItsOwnTests(Backend.Sqlite);

public sealed class WorkOfItsOwn_on_postgresql() : WorkOfItsOwnTests(Backend.Postgres);

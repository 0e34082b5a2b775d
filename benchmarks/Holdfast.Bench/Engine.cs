using System.Diagnostics;
using Holdfast.Orders.Core;
using Holdfast.Orders.Placement;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Bench;

/// <summary>Who orders.</summary>
internal enum Buyers
{
    Guests,
    Accounts,
    WithCodeAndPoints,

    /// <summary>Accounts that have not ordered before.</summary>
    Newcomers,
}

/// <summary>What many submitters reached together.</summary>
internal sealed record EngineResult(double PerSecond, long Placed, double P50Milliseconds, double P99Milliseconds);

/// <summary>
/// The engine without HTTP: the services that the server has, no background work, and many callers that place one order after the other.
/// </summary>
internal sealed class Engine : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan QuietPause = TimeSpan.FromMilliseconds(5);

    private readonly Db _db;
    private readonly ServiceProvider _services;
    private readonly PlacementQueue _queue;
    private long _placed;

    private Engine(Db db, int maxBatch, bool capped)
    {
        _db = db;
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true));
        Server.AddModules(services, db);
        // After the modules: of two registrations the later one holds.
        var options = maxBatch > 0 ? new OrderOptions { MaxBatch = maxBatch } : new OrderOptions();
        services.AddSingleton(capped ? options with { MaxPendingOrders = int.MaxValue, MaxPendingQuantity = int.MaxValue } : options);

        _services = services.BuildServiceProvider();
        _queue = _services.GetRequiredService<PlacementQueue>();
    }

    /// <summary>Opens the engine on a database that has the shop.</summary>
    /// <param name="maxBatch">The most orders of a batch; 0 is the default.</param>
    /// <param name="capped">Unpaid orders of each buyer are counted, against limits that nobody reaches.</param>
    /// <param name="leavesAttempts">False: commits do not insert the ids of their attempts, to measure what those cost.</param>
    public static async Task<Engine> OpenAsync(string url, int maxBatch = 0, bool capped = false, bool leavesAttempts = true)
    {
        var db = Db.Open(url);
        db.LeavesAttempts = leavesAttempts;
        var engine = new Engine(db, maxBatch, capped);
        await Server.PrepareAsync(engine._services);
        return engine;
    }

    /// <summary>
    /// Keeps <paramref name="submitters"/> orders of one piece under way; counts those that are committed after the warm-up and within the
    /// time. Any refusal is a <see cref="BenchException"/>.
    /// </summary>
    /// <param name="buyers">Guests, accounts, or accounts that each use a code and points.</param>
    public async Task<EngineResult> RunAsync(int items, int submitters, TimeSpan warmUp, TimeSpan measured, Buyers buyers = Buyers.Guests)
    {
        using var end = new CancellationTokenSource();
        var times = new List<double>[submitters];
        var callers = Enumerable.Range(0, submitters).Select(i => Task.Run(() => SubmitAsync(items, buyers, times[i] = [], end.Token)))
            .ToArray();
        await Task.Delay(warmUp);
        var (before, start) = (Interlocked.Read(ref _placed), Stopwatch.GetTimestamp());
        await Task.Delay(measured);
        var (placed, took) = (Interlocked.Read(ref _placed) - before, Stopwatch.GetElapsedTime(start));
        await end.CancelAsync();
        await Task.WhenAll(callers).WaitAsync(Grace);
        var all = times.SelectMany(t => t).ToList();
        return new(placed / took.TotalSeconds, placed, Statistics.Percentile(all, 0.50), Statistics.Percentile(all, 0.99));
    }

    /// <summary>
    /// One caller places orders in the quiet store, one after the other, with a pause between them. Returns the milliseconds of each
    /// order that began after the warm-up. Any refusal is a <see cref="BenchException"/>.
    /// </summary>
    public async Task<List<double>> RunQuietAsync(TimeSpan warmUp, TimeSpan measured)
    {
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < warmUp + measured)
        {
            var counts = clock.Elapsed >= warmUp;
            var took = await PlaceAsync(Shop.QuietItem, Buyers.Guests);
            if (counts)
            {
                times.Add(took);
            }

            await Task.Delay(QuietPause);
        }

        return times;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _db.DisposeAsync();
    }

    private async Task SubmitAsync(int items, Buyers buyers, List<double> times, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var took = await PlaceAsync(items == 1 ? 0 : Random.Shared.Next(items), buyers);
            Interlocked.Increment(ref _placed);
            times.Add(took);
        }
    }

    /// <summary>Places an order of one piece; returns the milliseconds that it took.</summary>
    private async Task<double> PlaceAsync(int item, Buyers buyers)
    {
        var start = Stopwatch.GetTimestamp();
        var outcome = await _queue.PlaceAsync(Order(item, buyers));
        return outcome.IsOk ? Stopwatch.GetElapsedTime(start).TotalMilliseconds
            : throw new BenchException($"the engine refused an order: {outcome.Error!.Code}");
    }

    /// <summary>The order that place.lua posts, as the use case hands it on after parsing.</summary>
    private static PlaceRequest Order(int item, Buyers buyers)
    {
        var customer = Random.Shared.Next(buyers == Buyers.Newcomers ? int.MaxValue : Shop.Customers);
        var (name, email) = (Shop.CustomerName(customer), Shop.Email(customer));
        var key = Guid.CreateVersion7();
        var fingerprint = new byte[32];
        key.TryWriteBytes(fingerprint);
        return new(new PlaceCommand
        {
            OrderId = key,
            StoreId = Shop.StoreOf(item),
            Lines = [new(Shop.Variant(item), 1)],
            CustomerId = buyers == Buyers.Guests ? null : Shop.Account(customer),
            DiscountKey = buyers == Buyers.WithCodeAndPoints ? Shop.Code : null,
            RedeemPoints = buyers == Buyers.WithCodeAndPoints ? Shop.PointsEach : 0,
            Email = email,
            EmailKey = email,
            Name = name,
            DeliveryAddress = Shop.Address(customer),
            ContactPhone = Shop.Phone,
            PaymentMethod = PaymentMethod.Online,
            Actor = "guest",
        }, new IdempotencyKey(Scattered(), fingerprint));
    }

    /// <summary>Keys are hashes in life: they fall anywhere in their index.</summary>
    private static Guid Scattered()
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.Shared.NextBytes(bytes);
        return new(bytes);
    }
}

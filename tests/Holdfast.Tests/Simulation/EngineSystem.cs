using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Loyalty.Storage;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Simulation;

/// <summary>
/// The real engine in process over a real database. A crash ends it between two steps and starts another over the same database.
/// </summary>
public sealed class EngineSystem(TestDb database, Shop shop) : ISystem, IAsyncDisposable
{
    private ServiceProvider _engine = Start(database);

    public bool LooksFirst => true;

    /// <param name="times">How many times the stock there is.</param>
    public static async Task<EngineSystem> CreateAsync(TestDb database, int times = 1)
    {
        var shop = await Shop.CreateAsync(database.Db);
        for (var i = 0; i < Steps.Items; i++)
        {
            await shop.AddVariantAsync(Steps.Prices[i], times * Steps.Stock[i], Steps.Limits[i]);
        }

        foreach (var (name, kind, value, limit, perBuyer) in Steps.Codes)
        {
            await shop.AddCodeAsync(name, kind, value, limit, perBuyer);
        }

        await shop.AddProgramAsync(Steps.AmountPerPoint, Steps.PointValue, (int)Steps.PointsLast.TotalDays);
        foreach (var account in Steps.Accounts.OfType<Guid>())
        {
            await TestServer.AddCustomerAsync(database.Db, account);
            await shop.GivePointsAsync(account, Steps.PointsAtFirst);
        }

        return new EngineSystem(database, shop);
    }

    public async Task<IReadOnlyList<(long OnHand, long Reserved)>> StockAsync() =>
        [.. await Task.WhenAll(shop.Variants.Select(v => shop.StockAsync(v)))];

    public async Task<(IReadOnlyList<long> Uses, IReadOnlyList<long> Points)> PromisedAsync()
    {
        var accounts = Steps.Accounts.OfType<Guid>().Select(a => (a, shop.StoreId)).ToList();
        var points = await database.Db.ReadAsync(s => PointsStore.PeekAsync(s, accounts));
        return (await Task.WhenAll(Steps.Codes.Select(c => shop.UsesAsync(c.Name))),
            [.. accounts.Select(a => points.Balance(a.a, a.StoreId))]);
    }

    public async Task<Answer?> DoAsync(Step step)
    {
        switch (step)
        {
            case JumpStep jump:
                database.Db.ClockSkew += jump.By;
                return null;
            case CrashStep:
                await _engine.DisposeAsync();
                _engine = Start(database);
                return null;
            case SweepStep:
                while (await _engine.GetRequiredService<ExpirySweep>().SweepOnceAsync() > 0)
                {
                }

                return null;
            case PlaceStep place:
                return await PlaceAsync(place);
            default:
                var changed = await _engine.GetRequiredService<ChangeQueue>()
                    .ChangeAsync(new ChangeRequest(CoreSystem.Command(step, shop.StoreId, shop.Variants), null));
                return changed.IsOk ? Tell(step.OrderId, changed.Value.Body) : Answer.Refused(step.OrderId, changed.Error!.Code);
        }
    }

    public async Task<Answer> PlaceAsync(PlaceStep place)
    {
        var fingerprint = SHA256.HashData(Encoding.UTF8.GetBytes(place.OrderId.ToString()));
        var placed = await _engine.GetRequiredService<PlacementQueue>()
            .PlaceAsync(
            new PlaceRequest(CoreSystem.Command(place, shop.StoreId, shop.Variants), new IdempotencyKey(place.Key, fingerprint)));
        return placed.IsOk ? Tell(place.OrderId, placed.Value.Body) : Answer.Refused(place.OrderId, placed.Error!.Code);
    }

    /// <summary>Hands on what lies in the outbox and checks every invariant.</summary>
    public async Task VerifyAsync()
    {
        while (await _engine.GetRequiredService<Relay>().RunOnceAsync() > 0)
        {
        }

        foreach (var invariant in Server.Invariants)
        {
            var broken = await database.Db.ReadAsync(s => s.QueryAsync(invariant.Sql, _ => 1));
            Assert.True(broken.Count == 0, $"{invariant.Name}: {broken.Count} rows");
        }
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private static ServiceProvider Start(TestDb database)
    {
        var services = new ServiceCollection();
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.None));
        Server.AddModules(services, database.Db);
        return services.BuildServiceProvider();
    }

    private static Answer Tell(Guid id, byte[] body)
    {
        using var order = JsonDocument.Parse(body);
        var o = order.RootElement;
        return new Answer(id, null, o.GetProperty("status").GetString()!, o.GetProperty("amountPaid").GetInt64(), o.GetProperty("refundDue")
            .GetInt64());
    }
}

using System.Collections.Concurrent;
using Holdfast.Commands.Drill.Core;
using Holdfast.Commands.Shop;

namespace Holdfast.Commands.Drill;

/// <summary>The store of one drill, with a single item, made through the API; and the papers of everybody who buys there.</summary>
internal sealed class DrillShop(ShopClient client, string run)
{
    public const long Stock = 100;
    private const long Price = 199_000;
    private const string Currency = "VND";

    private readonly ConcurrentDictionary<string, Attempt> _attempts = [];

    public ShopClient Client { get; } = client;

    public Guid StoreId { get; private set; }

    public Guid VariantId { get; private set; }

    /// <summary>Of each request for an order that was answered.</summary>
    public Latencies Placing { get; } = new();

    /// <summary>From a buyer's first click to the answer, with the time that the server was dead.</summary>
    public Latencies Waiting { get; } = new();

    public IReadOnlyList<Receipt> Receipts => [.. _attempts.Values.Select(a => a.Receipt())];

    public int Accepted => _attempts.Values.Count(a => a.HasOrder);

    /// <summary>The longest time to pay that an order was given.</summary>
    public TimeSpan Longest => _attempts.Values.Select(a => a.Session).DefaultIfEmpty().Max();

    public async Task OpenAsync(CancellationToken ct)
    {
        var store = await Client.MustAsync(
            Call.Post("/stores", new { Name = $"Drill {run}", Slug = $"drill-{run}", Currency }, $"drill:{run}:store"), ct);
        StoreId = store.GetProperty("id").GetGuid();
        var product = await Client.MustAsync(Call.Post("/products",
            new
            {
                StoreId,
                Name = "The one that everybody wants",
                Variants = new[] { new { Sku = $"DRILL-{run}", Name = "One size", Price } }
            }, $"drill:{run}:product"), ct);
        VariantId = product.GetProperty("variants")[0].GetProperty("id").GetGuid();
        await Client.MustAsync(
            Call.Post($"/inventory/{VariantId}/receipts", new { Quantity = Stock, Reference = $"drill {run}" }, $"drill:{run}:stock"), ct);
    }

    public Attempt Begin(int buyer, string nth, long quantity) =>
        _attempts.GetOrAdd($"drill:{run}:{buyer}:{nth}", key => new Attempt(key, buyer, quantity));

    /// <summary>Asks for an order, once or twice at the same time; a lost answer is asked for again, under the same key.</summary>
    public async Task PlaceAsync(Attempt attempt, bool twice, CancellationToken ct)
    {
        var body = new
        {
            StoreId,
            Lines = new[] { new { VariantId, attempt.Quantity } },
            DeliveryAddress = new { Name = $"Buyer {attempt.Buyer}", Line1 = "1 Drill Street", City = "Da Nang", Country = "VN" },
            ContactPhone = "+84900000000",
            Customer = new { Email = $"buyer{attempt.Buyer}@drill-{run}.invalid", Name = $"Buyer {attempt.Buyer}" },
            PaymentMethod = "online",
            Metadata = new Dictionary<string, string> { ["drill"] = attempt.Key },
        };
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var call = new Call(HttpMethod.Post, "/orders", body, attempt.Key);
        await Task.WhenAll(Enumerable.Range(0, twice ? 2 : 1)
            .Select(async _ => attempt.Take(await Client.SendAsync(call, Placing, ct: ct))));
        Waiting.Add(System.Diagnostics.Stopwatch.GetElapsedTime(started));
    }

    /// <summary>A payment as another system records it. The transaction is the attempt's, so that sending it twice is one.</summary>
    public async Task PayAsync(Attempt attempt, bool twice, CancellationToken ct)
    {
        attempt.PaymentSent = true;
        var body = new { TransactionId = attempt.Key, Amount = attempt.Total, Currency, Provider = "drill" };
        var call = Call.Post($"/orders/{attempt.OrderId}/payments", body, $"{attempt.Key}:pay");
        var answers = await Task.WhenAll(Enumerable.Range(0, twice ? 2 : 1).Select(_ => Client.SendAsync(call, ct: ct)));
        if (answers.Any(a => a.IsSuccess))
        {
            attempt.Paid = attempt.Total;
        }
    }

    /// <summary>The owner's cancellation, by the key that came with the order.</summary>
    public async Task CancelAsync(Attempt attempt, CancellationToken ct)
    {
        var answer = await Client.SendAsync(
            new Call(HttpMethod.Post, $"/orders/{attempt.OrderId}/cancel", new { Reason = "changed my mind" }, $"{attempt.Key}:cancel",
            AccessKey: attempt.AccessKey), ct: ct);
        attempt.Cancelled |= answer.IsSuccess;
    }

    /// <summary>What the server says is left.</summary>
    public async Task<long> AvailableAsync(CancellationToken ct) =>
        (await Client.MustAsync(Call.Get($"/inventory/{VariantId}"), ct)).GetProperty("available").GetInt64();

    /// <summary>Every order that a receipt names, read one by one, and every order that the store lists.</summary>
    public async Task<IReadOnlyList<SeenOrder>> SeenAsync(CancellationToken ct)
    {
        var seen = new ConcurrentDictionary<Guid, SeenOrder>();
        var ids = _attempts.Values.SelectMany(a => a.Receipt().Orders).Distinct().ToList();
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = ct }, async (id, token) =>
        {
            var answer = await Client.SendAsync(Call.Get($"/orders/{id}"), ct: token);
            if (answer.IsSuccess)
            {
                seen[id] = Order(answer.Body);
            }
        });
        await foreach (var order in Client.ListAsync($"/orders?storeId={StoreId}", ct))
        {
            seen.TryAdd(order.GetProperty("id").GetGuid(), Order(order));
        }

        return [.. seen.Values];
    }

    /// <summary>Orders of the store that are still waiting for their money.</summary>
    public async Task<int> PendingAsync(CancellationToken ct)
    {
        var count = 0;
        await foreach (var _ in Client.ListAsync($"/orders?storeId={StoreId}&status=pending", ct))
        {
            count++;
        }

        return count;
    }

    private static SeenOrder Order(System.Text.Json.JsonElement o) => new(
        o.GetProperty("id").GetGuid(),
        o.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("drill", out var key) ? key.GetString() : null,
        o.GetProperty("status").GetString()!,
        o.GetProperty("lines").EnumerateArray().Sum(l => l.GetProperty("quantity").GetInt64()),
        o.GetProperty("total").GetInt64(),
        o.GetProperty("amountPaid").GetInt64(),
        o.GetProperty("refundDue").GetInt64());
}

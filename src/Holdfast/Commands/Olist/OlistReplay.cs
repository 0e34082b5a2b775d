using System.Diagnostics;
using Holdfast.Commands.Olist.Core;
using Holdfast.Commands.Shop;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Olist;

/// <summary>
/// Places the orders of a plan through HTTP, in the order of their purchase, pays them and brings each to its status. Keys and transaction
/// ids derive from the order and its seller, so that a run after an interrupted one repeats nothing.
/// </summary>
internal sealed class OlistReplay(ShopClient client, OlistPlan plan, ReplayOptions options)
{
    private const int MaxSteps = 12;

    private readonly Dictionary<string, (Guid VariantId, Guid StoreId)> _variants = [];
    private int _next = -1;

    public ReplayTally Tally { get; } = new();

    /// <summary>From the first order to the last answer.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Requests sent in that time.</summary>
    public long Requests { get; private set; }

    /// <summary>Variants of the plan that the server does not know; more than 0: the data set has not been imported there.</summary>
    public async Task<int> FindVariantsAsync(CancellationToken ct)
    {
        var wanted = plan.Variants.Select(v => v.ExternalId).ToHashSet();
        await foreach (var product in client.ListAsync("/products?sort=createdAt", ct))
        {
            foreach (var variant in product.GetProperty("variants").EnumerateArray())
            {
                if (variant.TryGetProperty("externalId", out var id) && id.GetString() is { } externalId && wanted.Contains(externalId))
                {
                    _variants[externalId] = (variant.GetProperty("id").GetGuid(), product.GetProperty("storeId").GetGuid());
                }
            }
        }

        return wanted.Count - _variants.Count;
    }

    /// <summary>
    /// Lowers the stock of each variant to its share, once: a ledger that has the adjustment is left alone. Returns how many variants no
    /// longer have what is to be taken away, because it has been sold.
    /// </summary>
    public async Task<int> LowerStockAsync(Progress progress, CancellationToken ct)
    {
        var kept = OlistPlanner.Scale(plan.Variants, options.StockFactor);
        var reason = FormattableString.Invariant($"olist replay at stock factor {options.StockFactor}");
        var tooFew = 0;
        await Parallel.ForEachAsync(plan.Variants.Zip(kept),
            new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = ct }, async (pair, token) =>
        {
            var (variant, keep) = pair;
            var path = $"/inventory/{_variants[variant.ExternalId].VariantId}";
            if (keep < variant.Needed && !await client.ListAsync($"{path}/movements", token)
                .AnyAsync(m => m.GetProperty("reference").GetString() == reason, token))
            {
                var answer = await client.SendAsync(Call.Post($"{path}/adjustments", new { Delta = keep - variant.Needed, Reason = reason },
                    FormattableString.Invariant($"olist:stock:{options.StockFactor}:{variant.ExternalId}")), ct: token);
                if (answer.Code == "stock_below_zero")
                {
                    Interlocked.Increment(ref tooFew);
                }
                else if (!answer.IsSuccess)
                {
                    throw new StartupException($"lowering the stock of {variant.ExternalId}: {answer.Explain()}");
                }
            }

            progress.Add();
        });
        return tooFew;
    }

    /// <summary>Replays every order. When interrupted, what has been seen so far stays in the tally.</summary>
    public async Task RunAsync(Progress progress, CancellationToken ct)
    {
        var (started, before) = (Stopwatch.GetTimestamp(), client.Requests);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, options.Concurrency).Select(_ => WorkAsync(started, progress, ct)));
        }
        finally
        {
            (Took, Requests) = (Stopwatch.GetElapsedTime(started), client.Requests - before);
        }
    }

    private async Task WorkAsync(long started, Progress progress, CancellationToken ct)
    {
        while (Interlocked.Increment(ref _next) is var i && i < plan.Orders.Count)
        {
            if (options.Rate is { } rate && TimeSpan.FromSeconds(i / rate) - Stopwatch.GetElapsedTime(started) is var wait
                && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, ct);
            }

            await ReplayAsync(plan.Orders[i], ct);
            progress.Add();
        }
    }

    private async Task ReplayAsync(SellerOrder order, CancellationToken ct)
    {
        var body = OlistBodies.Order(order, _variants[order.Lines[0].Variant].StoreId, id => _variants[id].VariantId);
        // As the shop, which knows what delivery cost; a buyer cannot say so.
        var placed = await client.SendAsync(Call.Post("/orders", body, order.Key), Tally.Placing, ct: ct);
        var id = placed.Member("id");
        if (!placed.IsSuccess)
        {
            // The keys of a run of days ago may be gone; the order is not, and holds the stock that is now refused.
            id = await FindAsync(order, ct);
            if (id is null)
            {
                Tally.Refuse(order, placed, options.StockFactor < 1 && placed.Code == "insufficient_stock");
                return;
            }
        }

        Tally.Accepted(before: placed.Replayed || !placed.IsSuccess);
        var now = placed.Replayed || !placed.IsSuccess ? await client.SendAsync(Call.Get($"/orders/{id}"), ct: ct) : placed;
        await AdvanceAsync(order, id!, now, ct);
        var final = await client.SendAsync(Call.Get($"/orders/{id}"), ct: ct);
        if (final.IsSuccess)
        {
            Tally.Compare(order, final);
        }
        else
        {
            Tally.Failed(order, $"was placed as {id}, and reading it says {final.Explain()}");
        }
    }

    /// <summary>
    /// Goes from where the order stands to its target. An illegal transition means that an earlier run was here: it looks again.
    /// </summary>
    private async Task AdvanceAsync(SellerOrder order, string id, Answer now, CancellationToken ct)
    {
        var unpaid = order.Payments.Count > 0;
        for (var steps = 0; steps < MaxSteps; steps++)
        {
            var step = OlistStatus.Next(now.Member("status") ?? "", order.Target, unpaid);
            if (step is Step.Done or Step.Stuck)
            {
                return;
            }

            var answer = step == Step.Pay ? await PayAsync(order, id, ct)
                : await client.SendAsync(
                Call.Post($"/orders/{id}/{step.ToString().ToLowerInvariant()}", step == Step.Cancel ? new { Reason = "recorded so" }
                : new { },
                    $"{order.Key}:{step.ToString().ToLowerInvariant()}"), ct: ct);
            unpaid &= step != Step.Pay;
            if (!answer.IsSuccess && answer.Code != "illegal_transition")
            {
                Tally.Failed(order, $"{step.ToString().ToLowerInvariant()}: {answer.Explain()}");
                return;
            }

            // An answer of today tells the order as it is; one given again tells it as it was.
            now = answer is { IsSuccess: true, Replayed: false } && answer.Member("id") == id ? answer
                : await client.SendAsync(Call.Get($"/orders/{id}"), ct: ct);
        }
    }

    private async Task<Answer> PayAsync(SellerOrder order, string id, CancellationToken ct)
    {
        Answer? last = null;
        foreach (var payment in order.Payments)
        {
            last = await client.SendAsync(
                Call.Post($"/orders/{id}/payments", OlistBodies.Payment(order, payment), $"{order.Key}:pay:{payment.Sequence}"), ct: ct);
            if (!last.IsSuccess)
            {
                return last;
            }
        }

        return last!;
    }

    private async Task<string?> FindAsync(SellerOrder order, CancellationToken ct)
    {
        var found = await client.SendAsync(Call.Get($"/orders?storeId={_variants[order.Lines[0].Variant].StoreId}&q={order.Order.Id}"),
            ct: ct);
        return !found.IsSuccess ? null : found.Body.GetProperty("items").EnumerateArray()
            .Where(o => o.TryGetProperty("externalId", out var externalId) && externalId.GetString() == order.Order.Id)
            .Select(o => o.GetProperty("id").GetString()).FirstOrDefault();
    }
}

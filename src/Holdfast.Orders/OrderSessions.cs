using System.Globalization;
using Holdfast.Orders.Core;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Http;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Order = Holdfast.Orders.Core.Order;

namespace Holdfast.Orders;

/// <summary>
/// The keys <c>order:session:{id}</c> in Redis: one for each unpaid order, which expires with it. Its expiry wakes the sweep of this process at once. A hint:
/// without Redis, or with events missed, the sweep finds the order by itself.
/// </summary>
public sealed class OrderSessions
{
    private const string Prefix = "order:session:";
    private const string Setting = "notify-keyspace-events";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly RedisLink? _link;
    private readonly ILogger<OrderSessions> _log;
    private bool _isSaid;

    public OrderSessions(ILogger<OrderSessions> log, RedisLink? link = null)
    {
        (_link, _log) = (link, log);
        if (link is not null)
        {
            var prefix = (string)link.Key(Prefix)!;
            link.Listen(string.Create(CultureInfo.InvariantCulture, $"__keyevent@{link.Database}__:expired"), key =>
            {
                if (key.StartsWith(prefix, StringComparison.Ordinal))
                {
                    Expired?.Invoke();
                }
            });
            link.Connected += () => _ = AskForEventsAsync(link);
        }
    }

    private sealed record Session(Guid OrderId, long Total, DateTime ExpiresAt);

    /// <summary>The time of an unpaid order, of whichever process, is over.</summary>
    public event Action? Expired;

    /// <summary>Whether there is a Redis to keep sessions in.</summary>
    internal bool AreKept => _link is { IsUsable: true };

    /// <summary>Begins the sessions of orders that have just been committed. Nobody waits for it.</summary>
    internal void Begin(IReadOnlyList<Order> orders, DateTime now) => Send(database =>
    {
        foreach (var order in orders)
        {
            if (order is { Status: OrderStatus.Pending, ExpiresAt: { } expiresAt } && expiresAt > now)
            {
                database.StringSetAsync(Key(order.Id), Reply.Bytes(new Session(order.Id, order.Total, expiresAt)), expiresAt - now, When.Always, CommandFlags.FireAndForget);
            }
        }
    });

    /// <summary>Ends the sessions of orders that are pending no more.</summary>
    internal void End(IReadOnlyList<Guid> orderIds) => Send(database => database.KeyDeleteAsync([.. orderIds.Select(Key)], CommandFlags.FireAndForget));

    private RedisKey Key(Guid orderId) => _link!.Key($"{Prefix}{orderId}");

    private void Send(Action<IDatabase> send)
    {
        if (_link is { } link)
        {
            // Off the thread that has callers to answer.
            _ = Task.Run(() => link.UseAsync(database =>
            {
                send(database);
                return Task.FromResult(string.Empty);
            }, Patience));
        }
    }

    /// <summary>Adds what is missing to what the server tells already; others may need the rest.</summary>
    private async Task AskForEventsAsync(RedisLink link)
    {
        var known = await link.UseServerAsync(s => s.ConfigGetAsync(Setting), Patience).ConfigureAwait(false);
        var flags = known is [{ } setting, ..] ? setting.Value : "";
        var wanted = flags + (flags.Contains('E', StringComparison.Ordinal) ? "" : "E") + (flags.Contains('x', StringComparison.Ordinal) || flags.Contains('A', StringComparison.Ordinal) ? "" : "x");
        var done = known is not null && wanted == flags ? wanted : await link.UseServerAsync(async s =>
        {
            await s.ConfigSetAsync(Setting, wanted).ConfigureAwait(false);
            return wanted;
        }, Patience).ConfigureAwait(false);
        if (done is null && !_isSaid)
        {
            _isSaid = true;
            _log.LogWarning("Redis may not be asked to tell when keys expire ({Setting} Ex): unpaid orders are found by the sweep alone, up to half a second later", Setting);
        }
    }
}

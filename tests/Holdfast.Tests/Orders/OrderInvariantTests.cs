using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Orders;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Each invariant of orders finds the row that breaks it; one without a breach here fails.</summary>
public abstract class OrderInvariantTests(TestHost host)
{
    // $1: delivered, with a code and points, to an account. $2: pending. $3: cancelled after it was paid. $4: any id.
    private static readonly (string Name, string Sql)[] Damage =
    [
        ("orders_total_is_the_sum_of_their_parts", "UPDATE orders SET total = total + 1 WHERE id = $1"),
        ("orders_total_is_the_sum_of_their_parts", "UPDATE orders SET shipping_fee = shipping_fee + 1 WHERE id = $1"),
        ("orders_total_is_the_sum_of_their_parts", "UPDATE order_lines SET discount = discount - 1 WHERE order_id = $1"),
        ("orders_total_is_the_sum_of_their_parts", "UPDATE orders SET shipping_tax = shipping_tax + 1 WHERE id = $2"),
        ("what_codes_take_off_is_what_they_were_used_for", "UPDATE orders SET second_discount_amount = 1 WHERE id = $1"),
        ("what_codes_take_off_is_what_they_were_used_for", "UPDATE discount_uses SET amount = amount + 1 WHERE order_id = $1"),
        ("codes_are_used_by_live_orders_only", "UPDATE orders SET second_discount_id = discount_id WHERE id = $1"),
        ("orders_belong_to_a_user", "DELETE FROM users WHERE id = (SELECT customer_id FROM orders WHERE id = $2)"),
        ("orders_hold_what_the_ledger_says", "UPDATE order_lines SET quantity = quantity + 1 WHERE order_id = $2"),
        ("holds_belong_to_somebody", "UPDATE stock_movements SET reference_id = $4 WHERE reference_id = $2"),
        ("shipped_as_their_status_says", "UPDATE orders SET status = 'shipped' WHERE id = $2"),
        ("what_an_order_lost_is_the_share_of_its_lost_pieces", "UPDATE orders SET cancelled_amount = cancelled_amount + 1 WHERE id = $2"),
        ("what_an_order_lost_is_the_share_of_its_lost_pieces", "UPDATE order_lines SET cancelled = 1 WHERE order_id = $2"),
        ("no_more_is_kept_than_an_order_costs", "UPDATE orders SET cancelled_amount = 1 WHERE id = $1"),
        ("payments_are_named_in_one_form", "UPDATE payment_transactions SET provider = 'Bank' WHERE order_id = $1"),
        ("payments_are_named_in_one_form", "UPDATE payment_transactions SET provider = 'my-bank' WHERE order_id = $1"),
        ("payments_are_named_in_one_form", "UPDATE payment_transactions SET transaction_id = transaction_id || ' ' WHERE order_id = $3"),
        ("transactions_have_no_invisible_characters",
            "UPDATE payment_transactions SET transaction_id = transaction_id || '\u200b' WHERE order_id = $3"),
        ("transactions_have_no_invisible_characters",
            "UPDATE payment_transactions SET transaction_id = '\U000E0041' || transaction_id WHERE order_id = $3"),
        ("goods_out_are_in_the_ledger", "UPDATE order_lines SET shipped = shipped - 1 WHERE order_id = $1"),
        ("paid_is_the_sum_of_the_payments", "UPDATE orders SET amount_paid = amount_paid - 1 WHERE id = $1"),
        ("refund_due_is_the_sum_of_the_refunds", "UPDATE refunds SET amount = amount - 1 WHERE order_id = $3"),
        ("refunds_do_not_exceed_their_payment", "UPDATE refunds SET amount = amount + 1 WHERE order_id = $3"),
        ("money_is_kept_only_for_live_orders", "UPDATE orders SET refund_due = refund_due - 1 WHERE id = $3"),
        ("one_order_per_idempotency_key", "UPDATE idempotency_keys SET event_subject = $2 WHERE event_subject = $1"),
        ("history_without_gaps", "UPDATE orders SET event_sequence = event_sequence + 1 WHERE id = $2"),
        ("unpaid_orders_count_what_is_left_of_them", "UPDATE orders SET quantity = quantity + 1, email_hash = 1 WHERE id = $2"),
        ("unpaid_holds_are_of_unpaid_orders",
            "INSERT INTO unpaid_holds (order_id, variant_id, store_id, quantity, email_hash, created_at) SELECT o.id, l.variant_id, "
            + "o.store_id, l.quantity, 1, o.created_at FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.id = $3"),
        ("unpaid_holds_are_of_unpaid_orders",
            "INSERT INTO unpaid_holds (order_id, variant_id, store_id, quantity, email_hash, created_at) SELECT o.id, o.id, o.store_id, "
            + "1, 1, o.created_at FROM orders o WHERE o.id = $2"),
        ("purchases_are_those_of_live_orders", "UPDATE purchase_counts SET quantity = quantity + 1"),
        ("codes_are_used_by_live_orders_only", "DELETE FROM discount_uses WHERE order_id = $1"),
        ("codes_are_used_by_live_orders_only", "UPDATE discount_uses SET order_id = $3 WHERE order_id = $1"),
        ("points_pay_for_live_orders_only", "UPDATE orders SET redeemed_points = redeemed_points + 1 WHERE id = $1"),
        ("points_pay_for_live_orders_only", "UPDATE orders SET status = 'cancelled' WHERE id = $1"),
        ("points_are_earned_by_what_was_delivered", "UPDATE orders SET earned_points = earned_points + 1 WHERE id = $1"),
        ("statistics_are_the_sums_of_the_orders", "UPDATE order_statistics SET orders = orders + 1"),
        ("every_order_is_in_the_statistics", "DELETE FROM order_statistics"),
    ];

    private TestServer Server => host.Server;

    [Fact]
    public async Task Each_breach_is_found()
    {
        var (delivered, pending, cancelled) = await OrdersAsync();
        await Until.TrueAsync("the outbox is empty",
            async () => await Server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM outbox", r => r.Long(0))) == 0);
        await using (var tx = await Server.Db.BeginAsync())
        {
            Assert.Empty(await BrokenAsync(tx));
        }

        foreach (var (name, sql) in Damage)
        {
            await using var tx = await Server.Db.BeginAsync();
            object?[] ids = [delivered, pending, cancelled, Guid.CreateVersion7()];
            var changed = await tx.ExecuteAsync(Used(sql, out var used), [.. used.Select(i => ids[i - 1])]);
            Assert.True(changed > 0, sql);
            Assert.Contains(name, await BrokenAsync(tx));
        }

        Assert.Empty(OrdersModule.Invariants.Select(i => i.Name).Except(Damage.Select(d => d.Name)));
    }

    /// <summary>Numbers the parameters that occur from 1 on: a database wants to know the type of each that it is given.</summary>
    private static string Used(string sql, out List<int> used)
    {
        used = [.. Enumerable.Range(1, 4).Where(i => sql.Contains($"${i}", StringComparison.Ordinal))];
        for (var i = 0; i < used.Count; i++)
        {
            sql = sql.Replace($"${used[i]}", $"$_{i + 1}", StringComparison.Ordinal);
        }

        return sql.Replace("$_", "$", StringComparison.Ordinal);
    }

    private static Task<List<string>> BrokenAsync(Tx tx) => Broken.NamesAsync(tx, OrdersModule.Invariants);

    private async Task<(Guid Delivered, Guid Pending, Guid Cancelled)> OrdersAsync()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var limited = await shop.AddVariantAsync(5000, 10, 5);
        await shop.AddCodeAsync("TEN", "percent", 1000);
        await shop.AddProgramAsync(100, 10);
        var buyer = Guid.CreateVersion7();
        await shop.GivePointsAsync(buyer, 100);
        var body = shop.Body((0, 1), (1, 2));
        body.Remove("customer");
        (body["discountCode"], body["redeemPoints"]) = ("TEN", 50);
        var delivered = await PlacedAsync(Server.Customer(buyer), body);
        await PayAsync(delivered);
        await DoAsync(delivered, "ship");
        await DoAsync(delivered, "deliver");
        var cancelled = await PlacedAsync(Server.Guest, shop.Body());
        await PayAsync(cancelled);
        await DoAsync(cancelled, "cancel");
        Assert.Equal(2,
            (await Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT quantity FROM purchase_counts WHERE variant_id = $1", r => r.Long(0), limited))));
        return (Id(delivered), Id(await PlacedAsync(Server.Guest, shop.Body())), Id(cancelled));

        async Task<JsonElement> PlacedAsync(HttpClient client, JsonObject order)
        {
            var (status, answer, _) = await shop.OrderAsync(client, order);
            Assert.True(status == 201, answer.ToString());
            return answer;
        }
    }

    private Task PayAsync(JsonElement order) => DoAsync(order, "payments", new JsonObject
    {
        ["transactionId"] = $"t-{Id(order)}",
        ["amount"] = order.GetProperty("total").GetInt64(),
        ["currency"] = "VND",
        ["provider"] = "bank",
    });

    private async Task DoAsync(JsonElement order, string what, JsonNode? body = null)
    {
        var (status, answer, _) = await Shop.PostAsync(Server.Admin, $"/orders/{Id(order)}/{what}", body);
        Assert.True(status is 200 or 201, $"{what}: {status} {answer}");
    }

    private static Guid Id(JsonElement order) => order.GetProperty("id").GetGuid();
}

public sealed class OrderInvariants_on_sqlite(SqliteHost host) : OrderInvariantTests(host), IClassFixture<SqliteHost>;

public sealed class OrderInvariants_on_postgresql(PostgresHost host) : OrderInvariantTests(host), IClassFixture<PostgresHost>;

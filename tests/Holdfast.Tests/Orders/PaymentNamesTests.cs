using System.Text;
using Holdfast.Orders;
using Holdfast.Orders.Core;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>However a provider and its transaction are written, the same money counts once.</summary>
public abstract class PaymentNamesTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task The_same_money_in_other_letters_is_the_same_money()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(shop.Body((0, 9)));
        foreach (var (provider, transaction) in new[] { ("bank_1", "T-7"), ("Bank_1", "T-7"), ("BANK_1", " T-7 "),
            // The last k is the sign for kelvin, which Unicode says is a K.
            ("  bank_1\u00a0", "T-7\u3000"), ("ban\u212a_1", "T-7"),
            // What a copied id brings along: nobody sees it, nor the fillers and tags that nobody types.
            ("bank_1", "T-\u200b7"), ("bank_1", "\u202aT-7\u202c"), ("bank_1", "\ufeffT\u00ad-7"), ("bank_1", " \u2060 T-7\u3164"),
            ("bank_1", "T-7\U000E0041\uFE0F") })
        {
            Assert.Equal(500, Desk.Number(await desk.PayAsync(order, 500, transaction, provider), "amountPaid"));
        }

        // Told of another order, or with another amount, it is a contradiction in any letters.
        await desk.RefusedAsync(order, "payments", Desk.Payment(501, "T-7", "BaNk_1"), 409, "transaction_conflict");
        var other = await desk.PlaceAsync(shop.Body((0, 1)));
        await desk.RefusedAsync(other, "payments", Desk.Payment(500, "T-7 ", "BANK_1"), 409, "transaction_conflict");
        Assert.Equal(1000, Desk.Number(await desk.PayAsync(order, 500, "t-7", "bank_1"), "amountPaid"));
        Assert.Equal(2, await shop.CountAsync("SELECT COUNT(*) FROM payment_transactions WHERE store_id = $1 AND provider = 'bank_1'",
            shop.StoreId));
        await Audit.VerifyAsync(Server.Db);
    }

    [Theory]
    [InlineData("b\u0430nk")]
    [InlineData("ｂａｎｋ")]
    [InlineData("ba nk")]
    [InlineData("bank-1")]
    [InlineData("b\u200bank")]
    [InlineData("ngân_hàng")]
    [InlineData("\u00a0")]
    public async Task A_name_that_is_none_is_refused(string provider)
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(shop.Body());
        var (status, answer, _) = await Shop.PostAsync(Server.Admin, $"/orders/{Desk.Id(order)}/payments", Desk.Payment(500, "T-1",
            provider));
        Assert.True((status, answer.GetProperty("code").GetString()) is (422, "payment_name_malformed") or (400, "invalid_request"),
            answer.ToString());
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM payment_transactions WHERE store_id = $1", shop.StoreId));
    }

    [Theory]
    [InlineData("\"Bank\"", "bank")]
    [InlineData("\" BANK \"", "bank")]
    [InlineData("null", "external")]
    [InlineData("7", null)]
    [InlineData("\"a\\nb\"", null)]
    public void What_a_broker_tells_has_the_same_names(string provider, string? kept)
    {
        var body = Encoding.UTF8.GetBytes(
            $$"""{"orderId":"{{Guid.CreateVersion7()}}","amount":5,"currency":"VND","transactionId":" t ","provider":{{provider}}}""");
        var told = Assert.IsType<PaymentSucceeded>(IncomingMessage.Read("payment.success", body).Message);
        var pay = new PayCommand(told.OrderId, Guid.Empty, "x", Guid.Empty, told.Provider, told.TransactionId, told.Amount, told.Currency,
            null, null, null);
        Assert.Equal((kept, "t"), (PaymentNames.IsProvider(pay.Provider) ? pay.Provider : null, pay.TransactionId));
    }

    [Fact]
    public async Task What_a_broker_tells_of_a_payment_that_came_by_http_is_the_same_payment()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(shop.Body((0, 9)));
        Assert.Equal(500, Desk.Number(await desk.PayAsync(order, 500, "chuy\u1ec3n-kho\u1ea3n-7", "bank_1"), "amountPaid"));
        // Decomposed, half composed, with the sign for kelvin, with blanks and a byte order mark.
        foreach (var (provider, transaction, before) in new[]
        {
            ("Bank_1", "chuye\u0302\u0309n-khoa\u0309n-7", ""), ("BANK_1 ", "chuy\u00ea\u0309n-kho\u1ea3n-7", ""),
            ("bank_1", "chuy\u1ec3n-\u200bkho\u1ea3n-7\u200e", ""), ("bank_1", "chuye\u200d\u0302\u0309n-kho\u1ea3n-7", ""),
            ("ban\u212a_1", " chuy\u1ec3n-khoa\u0309n-7\u3000", "\uFEFF"),
                ("bank_1", new string(' ', 300) + "chuye\u0302\u0309n-kho\u1ea3n-7", ""),
        })
        {
            await TellAsync(before + Body(500, transaction, provider));
            Assert.Equal(500, Desk.Number(await desk.GetAsync(order), "amountPaid"));
        }

        // Another transaction is another payment, and once it is told, it is known to HTTP.
        await TellAsync(Body(400, "\u0111i\u00ea\u0323n-8", "VNPAY"));
        Assert.Equal(900, Desk.Number(await desk.PayAsync(order, 400, "\u0111i\u1ec7n-8", "vnpay"), "amountPaid"));
        await Audit.VerifyAsync(Server.Db);

        string Body(long amount, string transaction, string provider)
        {
            var body = Desk.Payment(amount, transaction, provider);
            body["orderId"] = Desk.Id(order);
            return body.ToJsonString();
        }

        async Task TellAsync(string body)
        {
            var (id, payload) = (Guid.CreateVersion7(), Encoding.UTF8.GetBytes(body));
            await Server.Db.WriteAsync(async tx =>
            {
                var batch = tx.Batch();
                DeadLetterStore.Add(batch,
                    new DeadLetter(id, DeadLetterStore.Inbox, null, null, "payment.success", "no", payload, 1, await tx.NowAsync()));
                await batch.RunAsync();
            });
            Assert.Equal(202, (await Shop.PostAsync(Server.Admin, $"/dead-letters/{id}/redrive", null)).Status);
            // A message that is refused gets another reason, and stays.
            await Until.TrueAsync("it is handled", async () =>
                await shop.CountAsync("SELECT COUNT(*) FROM dead_letters WHERE id = $1 AND reason = 'no'", id) == 0);
            Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM dead_letters WHERE payload = $1", payload));
        }
    }

    [Fact]
    public async Task An_old_id_with_something_invisible_is_named_with_its_twin()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(shop.Body((0, 9)));
        foreach (var transaction in new[] { "FT123", "other", "khác" })
        {
            await desk.PayAsync(order, 100, transaction, "bank");
        }

        await using var tx = await Server.Db.BeginAsync();
        Assert.Equal(1,
            await tx.ExecuteAsync("UPDATE payment_transactions SET transaction_id = $2 WHERE order_id = $1 AND transaction_id = 'other'",
            Desk.Id(order), "FT\u200b123"));
        var form = OrdersModule.Invariants.Single(i => i.Name == "transactions_have_no_invisible_characters");
        var broken = Assert.Single(await tx.QueryAsync(form.Sql, r => (Name: r.Text(4), Twin: r.UuidOrNull(6))));
        var twin = await tx.FirstAsync("SELECT id FROM payment_transactions WHERE order_id = $1 AND transaction_id = 'FT123'",
            r => r.Uuid(0), Desk.Id(order));
        Assert.Equal(("FT\u200b123", twin), broken);
    }

    [Fact]
    public async Task Old_names_get_the_form_and_twins_are_named_instead_of_merged()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(shop.Body((0, 9)));
        var transactions = new[] { "alone", "two", "two ", "three", "three" };
        foreach (var _ in transactions)
        {
            await desk.PayAsync(order, 100);
        }

        await using var tx = await Server.Db.BeginAsync();
        var ids = await tx.QueryAsync("SELECT id FROM payment_transactions WHERE order_id = $1 ORDER BY id", r => r.Uuid(0),
            Desk.Id(order));
        foreach (var ((id, transaction), provider) in ids.Zip(transactions).Zip(["Bank", "BANK", "Bank", "Vnpay", "vnpay"]))
        {
            await tx.ExecuteAsync("UPDATE payment_transactions SET provider = $2, transaction_id = $3 WHERE id = $1", id, provider,
                transaction);
        }

        using var script = new StreamReader(typeof(OrdersModule).Assembly.GetManifestResourceStream(
            typeof(OrdersModule).Assembly.GetManifestResourceNames().Single(n => n.Contains("005_ways_out", StringComparison.Ordinal)))!);
        var text = await script.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tx.ExecuteAsync(text[text.IndexOf("UPDATE payment_transactions", StringComparison.Ordinal)..].TrimEnd().TrimEnd(';'));
        var named = await tx.QueryAsync("SELECT provider, transaction_id FROM payment_transactions WHERE order_id = $1 ORDER BY id",
            r => (r.Text(0), r.Text(1)), Desk.Id(order));
        // Of twins the one that has the form keeps it, else the oldest gets it.
        Assert.Equal([("bank", "alone"), ("bank", "two"), ("Bank", "two "), ("Vnpay", "three"), ("vnpay", "three")], named);
        var form = OrdersModule.Invariants.Single(i => i.Name == "payments_are_named_in_one_form");
        var broken = await tx.QueryAsync(form.Sql, r => (r.Uuid(0), r.UuidOrNull(6)));
        Assert.Equal(new[] { (ids[2], (Guid?)ids[1]), (ids[3], ids[4]) }.Order(), broken.Order());
    }
}

public sealed class PaymentNames_on_sqlite(SqliteHost host) : PaymentNamesTests(host), IClassFixture<SqliteHost>;

public sealed class PaymentNames_on_postgresql(PostgresHost host) : PaymentNamesTests(host), IClassFixture<PostgresHost>;

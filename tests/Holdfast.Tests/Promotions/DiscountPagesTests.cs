using Holdfast.Platform.Data;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Promotions;

/// <summary>Codes through the database: what is read is what was written, and races end as the book says.</summary>
public abstract class DiscountPagesTests(TestDatabase database)
{
    private readonly Guid _store = Guid.CreateVersion7();

    private Db Db => database.Db;

    private async Task<DiscountCode> MakeAsync(Func<DiscountCode, DiscountCode>? with = null)
    {
        var name = $"C-{Guid.CreateVersion7().ToString("N")[20..]}";
        var code = new DiscountCode
        {
            Id = Guid.CreateVersion7(),
            StoreId = _store,
            Code = name,
            CodeKey = DiscountCode.KeyOf(name),
            Kind = DiscountKind.Percent,
            Value = 1000
        };
        code = with?.Invoke(code) ?? code;
        await Db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            await DiscountRows.InsertAsync(tx, code with { CreatedAt = now, UpdatedAt = now });
        });
        return code;
    }

    /// <summary>One small transaction, as a batch of one would be; true when the change was made.</summary>
    private Task<bool> InAsync(Guid codeId, string buyer, Func<DiscountBook, DiscountCode, DateTime, bool> decide) =>
        Db.WriteAsync(async tx =>
    {
        var batch = tx.Batch();
        var codes = DiscountStore.Load(batch, [codeId]);
        var uses = DiscountStore.Uses(batch, [codeId], [buyer]);
        var now = batch.Now();
        await batch.RunAsync();
        var book = new DiscountBook(codes.Rows, uses.Rows);
        if (!decide(book, codes.Rows[0], now.Rows[0]))
        {
            await tx.RollbackAsync();
            return false;
        }

        DiscountStore.Save(book, batch, now.Rows[0]);
        await batch.RunAsync();
        return true;
    });

    private Task<bool> UseAsync(Guid codeId, Guid orderId, string buyer, long amount = 10) => InAsync(codeId, buyer, (book, code, now) =>
    {
        if (book.Check(code, 1000, buyer, now) is not null)
        {
            return false;
        }

        book.Use(code, orderId, _store, buyer, amount);
        return true;
    });

    private Task<bool> GiveBackAsync(Guid codeId, Guid orderId, string buyer) => InAsync(codeId, buyer, (book, _, _) =>
    {
        book.GiveBack(codeId, orderId, _store, buyer);
        return true;
    });

    private Task<bool> UseAgainAsync(Guid codeId, Guid orderId, string buyer) =>
        InAsync(codeId, buyer, (book, _, _) => book.TryUseAgain(codeId, orderId, _store, buyer, 7));

    private Task<List<(int Sequence, int Delta, long Amount)>> LedgerAsync(Guid orderId) => Db.ReadAsync(s => s.QueryAsync(
        "SELECT sequence, delta, amount FROM discount_uses WHERE order_id = $1 ORDER BY sequence", r => (r.Int(0), r.Int(1), r.Long(2)),
        orderId));

    private async Task<long> UsedAsync(Guid codeId) =>
        await Db.ReadAsync(s => s.FirstAsync("SELECT used FROM discount_codes WHERE id = $1", r => r.Long(0), codeId));

    [Fact]
    public async Task Forty_at_once_on_a_code_with_ten_uses_left()
    {
        var code = await MakeAsync(c => c with { UsageLimit = 10 });
        var got = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => UseAsync(code.Id, Guid.CreateVersion7(), $"b{i}@x")));
        Assert.Equal(10, got.Count(g => g));
        Assert.Equal(10, await UsedAsync(code.Id));
        Assert.Equal(10,
            await Db.ReadAsync(s => s.FirstAsync("SELECT SUM(delta) FROM discount_uses WHERE code_id = $1", r => r.Long(0), code.Id)));
    }

    [Fact]
    public async Task Twenty_at_once_of_one_customer_who_may_twice()
    {
        var code = await MakeAsync(c => c with { UsageLimitPerCustomer = 2 });
        var got = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => UseAsync(code.Id, Guid.CreateVersion7(), "one@x")));
        Assert.Equal(2, got.Count(g => g));
        Assert.True(await UseAsync(code.Id, Guid.CreateVersion7(), "other@x"));
        Assert.Equal(3, await UsedAsync(code.Id));
    }

    [Fact]
    public async Task Uses_and_givings_back_race_and_are_conserved()
    {
        var code = await MakeAsync(c => c with { UsageLimit = 5 });
        var orders = Enumerable.Range(0, 20).Select(i => (Id: Guid.CreateVersion7(), Buyer: $"b{i}@x")).ToList();
        var got = await Task.WhenAll(
            orders.Select(async o => await UseAsync(code.Id, o.Id, o.Buyer)
            && (o.Id.GetHashCode() % 2 == 0 || !await GiveBackAsync(code.Id, o.Id, o.Buyer))));
        Assert.Equal(got.Count(live => live), await UsedAsync(code.Id));
        Assert.InRange(await UsedAsync(code.Id), 0, 5);
    }

    [Fact]
    public async Task An_orders_use_takes_turns_with_its_giving_back()
    {
        var code = await MakeAsync(c => c with { UsageLimit = 2, UsageLimitPerCustomer = 1 });
        var order = Guid.CreateVersion7();
        Assert.True(await UseAsync(code.Id, order, "a@x", 10));
        Assert.False(await UseAsync(code.Id, Guid.CreateVersion7(), "a@x"));
        Assert.True(await GiveBackAsync(code.Id, order, "a@x"));
        Assert.True(await UseAgainAsync(code.Id, order, "a@x"));
        Assert.False(await UseAgainAsync(code.Id, Guid.CreateVersion7(), "a@x"));
        Assert.True(await GiveBackAsync(code.Id, order, "a@x"));
        Assert.Equal([(1, 1, 10), (2, -1, 10), (3, 1, 7), (4, -1, 7)], await LedgerAsync(order));
        Assert.Equal(0, await UsedAsync(code.Id));
    }

    [Fact]
    public async Task The_database_refuses_a_second_use_and_a_second_giving_back_of_one_order()
    {
        var code = await MakeAsync();
        var (order, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await UseAsync(code.Id, order, "a@x");
        await UseAsync(code.Id, other, "b@x");
        await RefusedAsync(() => UseAsync(code.Id, order, "a@x"));
        await RefusedAsync(() => UseAgainAsync(code.Id, order, "a@x"));
        await GiveBackAsync(code.Id, order, "a@x");
        await RefusedAsync(() => GiveBackAsync(code.Id, order, "a@x"));
        await RefusedAsync(() => GiveBackAsync(code.Id, Guid.CreateVersion7(), "a@x"));
        Assert.Equal(1, await UsedAsync(code.Id));

        async Task RefusedAsync(Func<Task<bool>> change)
        {
            var e = await Assert.ThrowsAnyAsync<Exception>(change);
            Assert.True(Db.FaultOf(e) is DbFault.Taken or DbFault.Other, e.ToString());
        }
    }

    [Fact]
    public async Task Expired_and_paid_late_in_one_batch_are_two_rows()
    {
        var code = await MakeAsync();
        var order = Guid.CreateVersion7();
        await UseAsync(code.Id, order, "a@x", 10);
        await InAsync(code.Id, "a@x", (book, _, _) =>
        {
            book.GiveBack(code.Id, order, _store, "a@x");
            return book.TryUseAgain(code.Id, order, _store, "a@x", 10);
        });
        Assert.Equal([(1, 1, 10), (2, -1, 10), (3, 1, 10)], await LedgerAsync(order));
        Assert.Equal(1, await UsedAsync(code.Id));
    }

    [Fact]
    public async Task A_batch_of_many_is_written_whole()
    {
        var code = await MakeAsync(c => c with { UsageLimit = 60 });
        await InAsync(code.Id, "a@x", (book, read, _) =>
        {
            for (var i = 0; i < 60; i++)
            {
                book.Use(read, Guid.CreateVersion7(), _store, $"b{i}@x", i);
            }

            return true;
        });
        Assert.Equal((60, 60),
            (await UsedAsync(code.Id),
            await Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM discount_uses WHERE code_id = $1", r => r.Long(0), code.Id))));
    }

    [Fact]
    public async Task A_counter_that_is_not_as_read_is_not_overwritten()
    {
        var code = await MakeAsync();
        var stale = new DiscountBook([code with { Used = 3 }], []);
        stale.Use(code, Guid.CreateVersion7(), _store, "a@x", 1);
        await using var tx = await Db.BeginAsync();
        var batch = tx.Batch();
        DiscountStore.Save(stale, batch, await tx.NowAsync());
        await Assert.ThrowsAsync<StaleRowException>(batch.RunAsync);
    }

    [Fact]
    public async Task What_is_read_is_what_was_written()
    {
        var at = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var plain = await MakeAsync();
        var full = await MakeAsync(c => c with
        {
            StoreId = null,
            Kind = DiscountKind.Fixed,
            Value = long.MaxValue,
            Currency = "VND",
            StartsAt = at,
            EndsAt = at.AddDays(1),
            MinimumSubtotal = 1,
            UsageLimit = 2,
            UsageLimitPerCustomer = 3,
            Categories = ["Giày dép", "a\"b"],
            Active = false,
            Version = 4,
        });
        foreach (var code in new[] { plain, full })
        {
            var (peeked, opened, elsewhere) = await Db.WriteAsync(async tx =>
            {
                var batch = tx.Batch();
                var peek = DiscountStore.Peek(batch, [_store], [code.CodeKey]);
                var open = DiscountStore.Load(batch, [code.Id]);
                var others = DiscountStore.Peek(batch, [Guid.CreateVersion7()], [code.CodeKey]);
                await batch.RunAsync();
                return (peek.First!, open.First!, others.Rows);
            });
            Assert.Equal(code.Categories, peeked.Categories);
            Assert.Equal(code with { Categories = [], CreatedAt = peeked.CreatedAt, UpdatedAt = peeked.UpdatedAt },
                peeked with { Categories = [] });
            Assert.Equal(peeked with { Categories = [] }, opened with { Categories = [] });
            Assert.Equal(code.StoreId is null ? 1 : 0, elsewhere.Count);
        }
    }
}

public sealed class DiscountPages_on_sqlite(SqliteDatabase database) : DiscountPagesTests(database), IClassFixture<SqliteDatabase>;

public sealed class DiscountPages_on_postgresql(PostgresDatabase database) : DiscountPagesTests(database), IClassFixture<PostgresDatabase>;

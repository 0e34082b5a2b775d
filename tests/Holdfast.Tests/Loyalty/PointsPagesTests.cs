using Holdfast.Loyalty.Core;
using Holdfast.Loyalty.Storage;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Loyalty;

/// <summary>Points through the database: races end as the book says, and what is over lapses at the moment of the decision.</summary>
public abstract class PointsPagesTests(TestDatabase database) : IAsyncLifetime
{
    private readonly Guid _store = Guid.CreateVersion7();
    private readonly Guid _customer = Guid.CreateVersion7();
    // Of the test's own: it moves the clock.
    private Db? _db;

    private Db Db => _db ??= database.Test.Open();

    public async ValueTask InitializeAsync() => await Db.WriteAsync(tx => tx.ExecuteAsync(
        "INSERT INTO loyalty_programs (store_id, amount_per_point, point_value, expires_after_days, version, updated_at) VALUES ($1, "
        + "100, 10, 30, 1, $2)", _store, DateTime.UnixEpoch));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>One small transaction, as a batch of one would be; true when the change was made.</summary>
    private Task<bool> InAsync(Func<PointsBook, DateTime, bool> decide, bool claim = true) => Db.WriteAsync(async tx =>
    {
        var (book, now) = await PointsStore.LoadAsync(tx, [(_customer, _store)], claim);
        await PointsStore.ReadLedgersAsync(tx, book, [(_customer, _store)]);
        if (!decide(book, now))
        {
            await tx.RollbackAsync();
            return false;
        }

        var batch = tx.Batch();
        PointsStore.Save(book, batch, now);
        await batch.RunAsync();
        return true;
    });

    private Task<bool> EarnAsync(long points, Guid? order = null) => InAsync((book, now) =>
    {
        book.Earn(_customer, _store, points, order ?? Guid.CreateVersion7(), now);
        return true;
    });

    private Task<bool> RedeemAsync(long points, Guid? order = null) =>
        InAsync((book, _) => book.TryRedeem(_customer, _store, points, order ?? Guid.CreateVersion7(), "redeemed"));

    private Task<bool> GiveBackAsync(long points, Guid order, string reason) => InAsync((book, now) =>
    {
        book.GiveBack(_customer, _store, points, order, reason, now);
        return true;
    });

    private async Task<long> BalanceAsync() =>
        (await Db.ReadAsync(s => PointsStore.PeekAsync(s, [(_customer, _store)]))).Balance(_customer, _store);

    private Task<(long Balance, long Movements, DateTime? Next)> RowAsync() => Db.ReadAsync(s => s.FirstAsync(
        "SELECT balance, movements, next_expiry FROM points_accounts WHERE customer_id = $1", r => (r.Long(0), r.Long(1), r.TimeOrNull(2)),
        _customer));

    private Task<List<(long Sequence, long Delta, string Reason)>> LedgerAsync() => Db.ReadAsync(s => s.QueryAsync(
        "SELECT sequence, delta, reason FROM points_movements WHERE customer_id = $1 ORDER BY sequence",
        r => (r.Long(0), r.Long(1), r.Text(2)), _customer));

    private void Pass(int days) => Db.ClockSkew += TimeSpan.FromDays(days);

    [Fact]
    public async Task Twenty_at_once_of_fifty_points_on_a_hundred()
    {
        await EarnAsync(100);
        var got = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RedeemAsync(50)));
        Assert.Equal(2, got.Count(g => g));
        Assert.Equal([(1, 100, "earned"), (2, -50, "redeemed"), (3, -50, "redeemed")], await LedgerAsync());
        Assert.Equal((0, 3), (await BalanceAsync(), (await RowAsync()).Movements));
    }

    [Fact]
    public async Task Accounts_are_made_by_many_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => EarnAsync(5)));
        Assert.Equal((100, 20), (await BalanceAsync(), (await RowAsync()).Movements));
    }

    [Fact]
    public async Task Without_a_claim_an_absent_account_stays_absent()
    {
        await InAsync((book, _) =>
        {
            Assert.Null(book.Find(_customer, _store));
            Assert.Equal(10, book.Program(_store)!.PointValue);
            Assert.Null(book.Program(_customer));
            return true;
        }, claim: false);
        Assert.Equal(0,
            await Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM points_accounts WHERE store_id = $1", r => r.Long(0), _store)));
    }

    [Fact]
    public async Task Lapses_at_the_moment_of_the_decision()
    {
        await EarnAsync(100);
        Pass(10);
        await EarnAsync(50);
        await RedeemAsync(30);
        Pass(20);
        Assert.Equal(50, await BalanceAsync());
        Assert.Equal(120, (await RowAsync()).Balance);
        Assert.False(await RedeemAsync(51));
        Assert.True(await RedeemAsync(20));
        Assert.Equal([(1, 100, "earned"), (2, 50, "earned"), (3, -30, "redeemed"), (4, -70, "lapsed"), (5, -20, "redeemed")],
            await LedgerAsync());
        Pass(10);
        Assert.Equal(0, await BalanceAsync());
        Assert.False(await RedeemAsync(1));
        Assert.Equal(30, (await RowAsync()).Balance);
    }

    [Fact]
    public async Task What_is_given_back_after_its_time_lapses_at_once()
    {
        await EarnAsync(100);
        var order = Guid.CreateVersion7();
        await RedeemAsync(60, order);
        Pass(30);
        Assert.Equal(0, await BalanceAsync());
        await EarnAsync(5);
        Assert.True(await GiveBackAsync(60, order, "cancelled"));
        Assert.Equal((5, "lapsed"), ((await RowAsync()).Balance, (await LedgerAsync())[^1].Reason));
        Assert.True(await RedeemAsync(5));
        Assert.False(await RedeemAsync(1));
    }

    [Fact]
    public async Task What_is_given_back_in_time_is_there_again()
    {
        await EarnAsync(100);
        var order = Guid.CreateVersion7();
        await RedeemAsync(60, order);
        await GiveBackAsync(60, order, "expired");
        Assert.Equal(100, await BalanceAsync());
        Pass(29);
        Assert.Equal(100, await BalanceAsync());
        Pass(1);
        Assert.Equal(0, await BalanceAsync());
    }

    /// <summary>Points that are taken back are those of their order, not those that would lapse first.</summary>
    [Fact]
    public async Task What_is_taken_back_lets_the_points_of_other_orders_lapse()
    {
        await EarnAsync(100);
        Pass(10);
        var order = Guid.CreateVersion7();
        await EarnAsync(40, order);
        await InAsync((book, _) =>
        {
            book.TakeBack(_customer, _store, 40, order);
            return true;
        });
        Assert.Equal(100, await BalanceAsync());
        Pass(20);
        Assert.Equal(0, await BalanceAsync());
    }

    [Fact]
    public async Task An_order_earns_and_gives_back_once()
    {
        var order = Guid.CreateVersion7();
        await EarnAsync(100, order);
        await RefusedAsync(() => EarnAsync(100, order));
        await RedeemAsync(10, order);
        await GiveBackAsync(10, order, "cancelled");
        await RefusedAsync(() => GiveBackAsync(10, order, "cancelled"));
        Assert.Equal(100, await BalanceAsync());

        async Task RefusedAsync(Func<Task<bool>> change)
        {
            var e = await Assert.ThrowsAnyAsync<Exception>(change);
            Assert.True(Db.FaultOf(e) is DbFault.Taken or DbFault.Other, e.ToString());
        }
    }

    [Fact]
    public async Task A_balance_that_is_not_as_read_is_not_overwritten()
    {
        await EarnAsync(100);
        var stale = new PointsBook([], [new PointsRow(_customer, _store, 500, 9, null)]);
        stale.TryRedeem(_customer, _store, 500, Guid.CreateVersion7(), "redeemed");
        await using var tx = await Db.BeginAsync();
        var batch = tx.Batch();
        PointsStore.Save(stale, batch, await tx.NowAsync());
        await Assert.ThrowsAsync<StaleRowException>(batch.RunAsync);
    }

    [Fact]
    public async Task Many_accounts_locked_by_many_at_once_make_no_circle()
    {
        var accounts = Enumerable.Range(0, 12).Select(_ => (Guid.CreateVersion7(), _store)).ToList();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Db.WriteAsync(async tx =>
        {
            var mine = accounts.OrderBy(a => a.Item1.GetHashCode() ^ (i * 7919)).Take(8).ToList();
            var (book, now) = await PointsStore.LoadAsync(tx, mine, claim: true);
            mine.ForEach(a => book.Earn(a.Item1, _store, 1, Guid.CreateVersion7(), now));
            var batch = tx.Batch();
            PointsStore.Save(book, batch, now);
            await batch.RunAsync();
        })));
        Assert.Equal(80,
            await Db.ReadAsync(s => s.FirstAsync("SELECT SUM(balance) FROM points_accounts WHERE store_id = $1", r => r.Long(0), _store)));
    }
}

public sealed class PointsPages_on_sqlite(SqliteDatabase database) : PointsPagesTests(database), IClassFixture<SqliteDatabase>;

public sealed class PointsPages_on_postgresql(PostgresDatabase database) : PointsPagesTests(database), IClassFixture<PostgresDatabase>;

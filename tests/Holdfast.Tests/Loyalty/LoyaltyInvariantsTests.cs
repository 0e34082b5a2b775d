using Holdfast.Loyalty;
using Holdfast.Loyalty.Storage;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Loyalty;

/// <summary>What verify says when somebody has been at the tables of points, and what its repair does.</summary>
public abstract class LoyaltyInvariantsTests(TestDatabase database)
{
    private static readonly Guid Store = new(1, 0, 0, new byte[8]);
    private static readonly Guid Customer = new(2, 0, 0, new byte[8]);

    /// <summary>An account with a history, in a transaction that is never committed.</summary>
    private Task InAsync(Func<Tx, Task> test, Db? db = null) => (db ?? database.Db).WriteAsync(async tx =>
    {
        await tx.ExecuteAsync(
            "INSERT INTO loyalty_programs (store_id, amount_per_point, point_value, expires_after_days, version, updated_at) VALUES ($1, "
            + "1, 1, 30, 1, $2)",
            Store, DateTime.UnixEpoch);
        var (book, now) = await PointsStore.LoadAsync(tx, [(Customer, Store)], claim: true);
        book.Earn(Customer, Store, 100, Order(1), now);
        book.TryRedeem(Customer, Store, 40, Order(2), "redeemed");
        book.GiveBack(Customer, Store, 40, Order(2), "expired", now);
        book.TryRedeem(Customer, Store, 30, Order(3), "redeemed");
        book.TakeBack(Customer, Store, 20, Order(1));
        var batch = tx.Batch();
        PointsStore.Save(book, batch, now);
        await batch.RunAsync();
        await test(tx);
        await tx.RollbackAsync();
    });

    private static Guid Order(int n) => new(100 + n, 0, 0, new byte[8]);

    public static TheoryData<string, string> Damage => new()
    {
        { "points_are_the_sum_of_their_ledger", "UPDATE points_accounts SET balance = 500" },
        { "points_are_the_sum_of_their_ledger", "UPDATE points_movements SET delta = 99 WHERE sequence = 1" },
        { "points_ledger_has_no_gaps", "UPDATE points_accounts SET movements = 9" },
        { "points_ledger_has_no_gaps", "DELETE FROM points_movements WHERE sequence = 3" },
        { "points_ledger_belongs_to_an_account", "DELETE FROM points_accounts" },
        { "points_do_not_miss_their_expiry", "UPDATE points_accounts SET next_expiry = NULL" },
        { "points_of_an_order_are_given_back_at_most_once", "DELETE FROM points_movements WHERE sequence = 2" },
        { "points_of_an_order_are_taken_back_at_most_once", "UPDATE points_movements SET delta = -101 WHERE sequence = 5" },
    };

    [Theory]
    [MemberData(nameof(Damage))]
    public Task Every_invariant_can_be_seen_broken(string name, string damage) => InAsync(async tx =>
    {
        Assert.Empty(await BrokenAsync(tx));
        await tx.ExecuteAsync(damage);
        Assert.Contains(name, await BrokenAsync(tx));
    });

    [Fact]
    public void Each_is_proven() => Assert.Empty(LoyaltyModule.Invariants.Select(i => i.Name).Except(Damage.Select(d => d.Data.Item1)));

    [Theory]
    [InlineData("UPDATE points_accounts SET balance = 500, movements = 70, next_expiry = NULL", "balance 500 -> 50, movements 70 -> 5")]
    [InlineData("DELETE FROM points_accounts", "balance 0 -> 50, movements 0 -> 5")]
    [InlineData("UPDATE points_accounts SET next_expiry = NULL", "balance 50 -> 50, movements 5 -> 5")]
    public async Task Repairs_accounts_from_the_ledger_and_says_so(string damage, string line)
    {
        var db = database.Test.Open();
        await InAsync(async tx =>
        {
            await tx.ExecuteAsync(damage);
            var repair = Assert.Single(LoyaltyModule.Repairs);
            Assert.Equal($"points of {Customer} in store {Store}: {line}", Assert.Single(await repair.RunAsync(tx)));
            Assert.Empty(await BrokenAsync(tx));
            Assert.Empty(await repair.RunAsync(tx));

            // What was repaired lapses as it should have.
            Assert.Equal(50, (await PointsStore.PeekAsync(tx, [(Customer, Store)])).Balance(Customer, Store));
            db.ClockSkew += TimeSpan.FromDays(30);
            Assert.Equal(0, (await PointsStore.PeekAsync(tx, [(Customer, Store)])).Balance(Customer, Store));
        }, db);
    }

    private static Task<List<string>> BrokenAsync(Tx tx) => Broken.NamesAsync(tx, LoyaltyModule.Invariants);
}

public sealed class LoyaltyInvariants_on_sqlite(SqliteDatabase database) : LoyaltyInvariantsTests(database), IClassFixture<SqliteDatabase>;

public sealed class LoyaltyInvariants_on_postgresql(PostgresDatabase database)
    : LoyaltyInvariantsTests(database), IClassFixture<PostgresDatabase>;

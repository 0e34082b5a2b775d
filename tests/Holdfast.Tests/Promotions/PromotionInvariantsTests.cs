using Holdfast.Platform.Data;
using Holdfast.Promotions;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Promotions;

/// <summary>What verify says when somebody has been at the tables of codes, and what its repair does.</summary>
public abstract class PromotionInvariantsTests(TestDatabase database)
{
    private static readonly DiscountCode Code = new()
    {
        Id = new Guid(5, 0, 0, new byte[8]),
        StoreId = new Guid(1, 0, 0, new byte[8]),
        Code = "Once",
        CodeKey = "ONCE",
        Kind = DiscountKind.Fixed,
        Value = 10,
        UsageLimit = 3,
        UsageLimitPerCustomer = 2,
    };

    /// <summary>A code with a history, in a transaction that is never committed.</summary>
    private Task InAsync(Func<Tx, Task> test) => database.Db.WriteAsync(async tx =>
    {
        var now = await tx.NowAsync();
        await DiscountRows.InsertAsync(tx, Code with { CreatedAt = now, UpdatedAt = now });
        var book = new DiscountBook([Code], []);
        book.Use(Code, Order(1), Code.StoreId!.Value, "a@x", 10);
        book.Use(Code, Order(2), Code.StoreId!.Value, "a@x", 7);
        book.Use(Code, Order(3), Code.StoreId!.Value, "b@x", 7);
        book.GiveBack(Code.Id, Order(3), Code.StoreId!.Value, "b@x");
        var batch = tx.Batch();
        DiscountStore.Save(book, batch, now);
        await batch.RunAsync();
        await test(tx);
        await tx.RollbackAsync();
    });

    private static Guid Order(int n) => new(100 + n, 0, 0, new byte[8]);

    private const string Into = "INSERT INTO discount_uses (code_id, order_id, sequence, store_id, buyer, delta, amount, created_at) ";

    private static string Use(int order, int sequence, string buyer = "c@x", int code = 5, int store = 1) =>
        $"{Into}{Row(order, sequence, buyer, code, store)}";

    private static string Row(int order, int sequence, string buyer = "c@x", int code = 5, int store = 1) =>
        $"SELECT '{new Guid(code, 0, 0, new byte[8])}'{{as uuid}}, '{Order(order)}'{{as uuid}}, {sequence}, "
        + $"'{new Guid(store, 0, 0, new byte[8])}'{{as uuid}}, '{buyer}', {(sequence % 2 == 1 ? 1 : -1)}, 7, created_at FROM "
        + "discount_codes";

    public static TheoryData<string, string> Damage => new()
    {
        { "discount_codes_count_their_live_uses", "UPDATE discount_codes SET used = 1" },
        { "discount_codes_count_their_live_uses", "DELETE FROM discount_uses WHERE buyer = 'a@x'" },
        { "discount_codes_are_used_within_their_limit",
            $"{Use(11, 1, "c@x")} UNION ALL "
                + Row(12, 1, "d@x") },
        { "discount_codes_are_used_within_the_limit_per_customer", Use(11, 1, "a@x") },
        { "discount_codes_are_used_within_the_limit_per_customer", "UPDATE discount_codes SET usage_limit_per_customer = 1" },
        { "discount_uses_count_towards_the_limit_per_customer", "UPDATE discount_uses SET limited = false WHERE sequence = 2" },
        { "discount_uses_take_turns_with_givings_back", "DELETE FROM discount_uses WHERE buyer = 'b@x' AND sequence = 1" },
        { "discount_uses_take_turns_with_givings_back", Use(1, 3) },
        { "discount_uses_of_an_order_are_of_one_buyer_and_given_back_whole", "UPDATE discount_uses SET buyer = 'z@x' WHERE sequence = 2" },
        { "discount_uses_of_an_order_are_of_one_buyer_and_given_back_whole", "UPDATE discount_uses SET amount = 1 WHERE sequence = 2" },
        {
            "an_order_uses_two_discount_codes_at_most",
            $"{Use(1, 1, code: 6)} UNION ALL "
                + Row(1, 1, code: 7)
        },
        { "discount_uses_belong_to_a_code_of_the_store", Use(11, 1, code: 6) },
        { "discount_uses_belong_to_a_code_of_the_store", Use(11, 1, store: 2) },
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
    public void Each_is_proven() => Assert.Empty(PromotionsModule.Invariants.Select(i => i.Name).Except(Damage.Select(d => d.Data.Item1)));

    [Fact]
    public Task Repairs_the_counter_from_the_ledger_and_says_so() => InAsync(async tx =>
    {
        await tx.ExecuteAsync("UPDATE discount_codes SET used = 0");
        var repair = Assert.Single(PromotionsModule.Repairs);
        Assert.Equal($"discount code Once ({Code.Id}): used 0 -> 2", Assert.Single(await repair.RunAsync(tx)));
        Assert.Empty(await BrokenAsync(tx));
        Assert.Empty(await repair.RunAsync(tx));
    });

    [Fact]
    public Task Does_not_count_beyond_a_limit() => InAsync(async tx =>
    {
        await tx.ExecuteAsync(Use(11, 1, "c@x"));
        await tx.ExecuteAsync(Use(12, 1, "d@x"));
        Assert.Contains("not repaired", Assert.Single(await PromotionsModule.Repairs[0].RunAsync(tx)), StringComparison.Ordinal);
        Assert.Equal(2, await tx.FirstAsync("SELECT used FROM discount_codes", r => r.Long(0)));
    });

    private static Task<List<string>> BrokenAsync(Tx tx) => Broken.NamesAsync(tx, PromotionsModule.Invariants);
}

public sealed class PromotionInvariants_on_sqlite(SqliteDatabase database)
    : PromotionInvariantsTests(database), IClassFixture<SqliteDatabase>;

public sealed class PromotionInvariants_on_postgresql(PostgresDatabase database)
    : PromotionInvariantsTests(database), IClassFixture<PostgresDatabase>;

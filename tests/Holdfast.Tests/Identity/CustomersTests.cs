using Holdfast.Identity.Accounts;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Identity;

public abstract class CustomersTests(TestDatabase database)
{
    private static readonly DateTime Noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Makes_missing_guests_once_and_finds_them_again()
    {
        var (a, b) = (Unique(), Unique());
        var first = await database.Db.WriteAsync(tx =>
            CustomerStore.CreateMissingGuestsAsync(tx, [(b, b.ToUpperInvariant(), null), (a, a, "Ánh"), (a, a, "later")], Noon));
        Assert.Equal(new[] { a, b }.ToHashSet(), first.Keys.ToHashSet());

        var again = await database.Db.WriteAsync(tx => CustomerStore.CreateMissingGuestsAsync(tx, [(a, a, "other")], Noon));
        Assert.Equal((first[a].Id, false), again[a]);
        Assert.True(first[a].IsNew);

        var found = await FindAsync(a, b, Unique());
        Assert.Equal(new[] { (first[a].Id, a, (string?)"Ánh"), (first[b].Id, b.ToUpperInvariant(), null) }.ToHashSet(),
            found.Select(c => (c.Id, c.Email, c.Name)).ToHashSet());
    }

    [Fact]
    public async Task An_account_with_the_same_email_is_somebody_else()
    {
        var email = Unique();
        await database.Db.WriteAsync(tx => tx.ExecuteAsync(
            "INSERT INTO users (id, role, email, email_key, active, created_at, updated_at) VALUES ($1, 'customer', $2, $2, $3, $4, $4)",
            Guid.CreateVersion7(), email, true, Noon));
        Assert.Empty(await FindAsync(email));
        var made = await database.Db.WriteAsync(tx => CustomerStore.CreateMissingGuestsAsync(tx, [(email, email, null)], Noon));
        Assert.Equal(made[email].Id, Assert.Single(await FindAsync(email)).Id);
    }

    [Fact]
    public async Task Concurrent_batches_agree_on_the_ids()
    {
        var emails = Enumerable.Range(0, 30).Select(_ => Unique()).ToArray();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => database.Db.WriteAsync(tx =>
            CustomerStore.CreateMissingGuestsAsync(tx, [.. emails.OrderBy(e => (e, i).GetHashCode()).Select(e => (e, e, (string?)null))],
            Noon)))));
        Assert.All(results, r => Assert.All(emails, e => Assert.Equal(results[0][e].Id, r[e].Id)));
        Assert.All(emails, e => Assert.Equal(1, results.Count(r => r[e].IsNew)));
    }

    private static string Unique() => $"{Guid.CreateVersion7():N}@example.com";

    private Task<List<Customer>> FindAsync(params string[] keys) => database.Db.ReadAsync(async s =>
    {
        var batch = s.Batch();
        var found = CustomerStore.FindGuests(batch, keys);
        await batch.RunAsync();
        return found.Rows;
    });
}

public sealed class Customers_on_sqlite(SqliteDatabase database) : CustomersTests(database), IClassFixture<SqliteDatabase>;

public sealed class Customers_on_postgresql(PostgresDatabase database) : CustomersTests(database), IClassFixture<PostgresDatabase>;

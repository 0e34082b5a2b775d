using System.Reflection;
using Holdfast.Catalog;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Catalog;

/// <summary>What a database of before holds twice is found, named, and neither merged nor lost.</summary>
public abstract class TextKeyMigrationTests(Backend backend)
{
    private static readonly string[] Late = ["003_text_keys.sql", "010_text_keys.sql", "003_reference_keys.sql", "010_buyer_keys.sql",
        "006_product_names.sql"];

    private readonly List<string> _report = [];

    [Fact]
    public async Task Names_that_are_now_one_are_reported_and_stay()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        await Migrations.ApplyAsync(test.Db, [.. Server.Modules.Select(m => new OlderModule(m))]);
        var old = await FillAsync(test.Db);
        await Migrations.ApplyAsync(test.Db, Server.Modules, report: _report.Add);

        Assert.Equal(["ab-100", TextKeys.Twin("ab-100", old.Second)], await KeysAsync(test.Db, "SELECT sku_key FROM variants ORDER BY id"));
        Assert.Equal(["an@xn--bcher-kva.de", TextKeys.Twin("an@xn--bcher-kva.de", old.Guest)],
            await KeysAsync(test.Db, "SELECT email_key FROM users WHERE role = 'guest' ORDER BY id"));
        Assert.Equal(["S\u00e1ch", "s\u00e1ch"],
            await KeysAsync(test.Db,
            "SELECT name FROM products UNION ALL SELECT category_key FROM products WHERE category_key IS NOT NULL"));
        Assert.Equal(["px-1", "px-1\n2"], await KeysAsync(test.Db, "SELECT reference_key FROM stock_movements ORDER BY sequence"));
        Assert.Equal(["an@xn--bcher-kva.de 5"],
            await KeysAsync(test.Db, "SELECT buyer || ' ' || CAST(quantity AS text) FROM purchase_counts"));
        Assert.Equal(3, _report.Count);
        Assert.Contains(_report, l => l.Contains(old.Second.ToString(), StringComparison.Ordinal)
            && l.Contains(old.First.ToString(), StringComparison.Ordinal));
        Assert.Contains(_report, l => l.Contains(old.Guest.ToString(), StringComparison.Ordinal));
        Assert.Contains(_report, l => l.StartsWith($"receipt of variant {old.First} 'PX-1'", StringComparison.Ordinal));

        // Until somebody renames one of them, verify says so; and to run it again changes nothing.
        Assert.Equal(["skus_of_a_store_differ_in_more_than_their_writing", "emails_differ_in_more_than_their_writing"],
            (await Verification.RunAsync(test.Db,
            Server.Invariants.Where(i => i.Name.EndsWith("_writing", StringComparison.Ordinal)))).Select(f => f.Name));
        Assert.Empty(await test.Db.WriteAsync(new CatalogTextKeys().RunAsync));
        Assert.Equal(["ab-100", TextKeys.Twin("ab-100", old.Second)], await KeysAsync(test.Db, "SELECT sku_key FROM variants ORDER BY id"));
    }

    [Fact]
    public async Task A_twin_can_still_be_changed_and_is_none_once_it_is_renamed()
    {
        await using var server = await TestServer.StartAsync(backend);
        var store = await server.Admin.NewStoreAsync();
        var (first, second) = (await server.Admin.NewProductAsync(store, "A", "AB-100"),
            await server.Admin.NewProductAsync(store, "B", "other"));
        var variant = Guid.Parse((string)second["variants"]![0]!["id"]!);
        await server.Db.WriteAsync(tx =>
            tx.ExecuteAsync("UPDATE variants SET sku = $2, sku_key = $3 WHERE id = $1", variant, "ab-100",
            TextKeys.Twin("ab-100", variant)));

        var dearer = await server.Admin.Put($"/products/{second.Id}",
            new { name = "B", variants = new[] { new { sku = "ab-100", price = 7 } } }, second.ETag);
        Assert.Equal((200, 7), ((int)dearer.Status, (long)dearer["variants"]![0]!["price"]!));
        Assert.Equal(200,
            (int)(await server.Admin.Put($"/products/{first.Id}",
            new { name = "A", variants = new[] { new { sku = "AB-100", price = 8 } } }, first.ETag)).Status);
        var invariant = CatalogModule.Invariants.Single(i => i.Name.StartsWith("skus_", StringComparison.Ordinal));
        Assert.Single(await Verification.RunAsync(server.Db, [invariant]));
        var renamed = await server.Admin.Put($"/products/{second.Id}",
            new { name = "B", variants = new[] { new { id = variant, sku = "ab-101", price = 7 } } }, dearer.ETag);
        Assert.Equal(200, (int)renamed.Status);
        Assert.Empty(await Verification.RunAsync(server.Db, [invariant]));
    }

    [Fact]
    public async Task Products_that_are_now_of_one_name_are_reported_and_stay()
    {
        await using var test = await TestDb.CreateAsync(backend, migrated: false);
        await Migrations.ApplyAsync(test.Db, [.. Server.Modules.Select(m => new OlderModule(m))]);
        Guid[] ids = [.. Enumerable.Range(0, 6).Select(_ => Guid.CreateVersion7()).OrderBy(id => id.ToString(), StringComparer.Ordinal)];
        string[] names = ["Sa\u0301ch", "S\u00e1ch", "S\u00e1ch\u200b", "s\u00e1ch", "\u00c1o"];
        await test.Db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            await tx.ExecuteAsync(
                "INSERT INTO stores (id, slug, name, currency, time_zone, version, created_at, updated_at) VALUES ($1, 's', 'S', 'VND', "
                + "'UTC', 1, $2, $2)", ids[5], now);
            foreach (var (id, name) in ids.Zip(names))
            {
                await tx.ExecuteAsync(
                    "INSERT INTO products (id, store_id, name, search_text, version, created_at, updated_at) VALUES ($1, $2, $3, '', 1, "
                    + "$4, $4)", id, ids[5], name, now);
            }
        });
        await Migrations.ApplyAsync(test.Db, Server.Modules, report: _report.Add);

        string[] twins = [TextKeys.Twin("s\u00e1ch", ids[1]), TextKeys.Twin("s\u00e1ch", ids[2])];
        Assert.Equal(["s\u00e1ch", .. twins, "s\u00e1ch", "\u00e1o"],
            await KeysAsync(test.Db, "SELECT name_key FROM products ORDER BY id"));
        Assert.Equal(2, _report.Count(l => l.StartsWith("product ", StringComparison.Ordinal)
            && l.Contains($"has the name of {ids[0]}; rename", StringComparison.Ordinal)));
        var invariant = CatalogModule.Invariants.Single(i => i.Name.StartsWith("products_", StringComparison.Ordinal));
        Assert.Equal(2, Assert.Single(await Verification.RunAsync(test.Db, [invariant])).Rows.Count);
        Assert.Empty(await test.Db.WriteAsync(new ProductNameKeys().RunAsync));

        // An older release renames without the key: what it left is put right.
        await test.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE products SET name = 'New' WHERE id {in $1}", ids[..2]));
        Assert.Single(await test.Db.WriteAsync(new ProductNameKeys().RunAsync));
        Assert.Equal(["new", TextKeys.Twin("new", ids[1]), "s\u00e1ch", "s\u00e1ch", "\u00e1o"],
            await KeysAsync(test.Db, "SELECT name_key FROM products ORDER BY id"));
    }

    private sealed record Old(Guid First, Guid Second, Guid Guest);

    /// <summary>Two of everything, as releases wrote it that compared names byte by byte.</summary>
    private static async Task<Old> FillAsync(Db db)
    {
        // In this order: ids of one millisecond have none.
        Guid[] ids = [.. Enumerable.Range(0, 6).Select(_ => Guid.CreateVersion7()).OrderBy(id => id.ToString(), StringComparer.Ordinal)];
        var (store, product, first, second, ascii, guest) = (ids[0], ids[1], ids[2], ids[3], ids[4], ids[5]);
        await db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            await tx.ExecuteAsync(
                "INSERT INTO stores (id, slug, name, currency, time_zone, version, created_at, updated_at) VALUES ($1, 's', 'S', 'VND', "
                + "'UTC', 1, $2, $2)", store, now);
            await tx.ExecuteAsync(
                "INSERT INTO products (id, store_id, name, category, search_text, version, created_at, updated_at) VALUES ($1, $2, $3, "
                + "$3, '', 1, $4, $4)", product, store, "Sa\u0301ch", now);
            foreach (var (id, sku) in new[] { (first, "AB-100"), (second, "AB\u200b-100") })
            {
                await tx.ExecuteAsync(
                    "INSERT INTO variants (id, product_id, store_id, position, sku, price, active) VALUES ($1, $2, $3, 0, $4, 1, $5)", id,
                    product, store, sku, true);
            }

            foreach (var (id, email, key) in new[] { (ascii, "an@xn--bcher-kva.de", "an@xn--bcher-kva.de"),
                (guest, "An@B\u00fccher.de", "an@b\u00fccher.de") })
            {
                await tx.ExecuteAsync(
                    "INSERT INTO users (id, role, email, email_key, active, created_at, updated_at) VALUES ($1, 'guest', $2, $3, "
                    + "$4, $5, $5)", id, email, key, true, now);
                await tx.ExecuteAsync("INSERT INTO purchase_counts (variant_id, buyer, quantity) VALUES ($1, $2, $3)", first, key,
                    id == guest ? 3L : 2L);
            }

            foreach (var (sequence, reference) in new[] { (1L, "px-1"), (2L, "PX-1") })
            {
                await tx.ExecuteAsync(
                    "INSERT INTO stock_movements (variant_id, location_id, sequence, store_id, on_hand_delta, reserved_delta, reason, "
                    + "reference, created_at) VALUES ($1, $2, $3, $2, 1, 0, 'receipt', $4, $5)", first, store, sequence, reference, now);
            }
        });
        return new Old(first, second, guest);
    }

    private static Task<List<string>> KeysAsync(Db db, string sql) => db.ReadAsync(s => s.QueryAsync(sql, r => r.Text(0)));

    /// <summary>A module without the migrations that know keys.</summary>
    private sealed class OlderModule(Assembly module) : Assembly
    {
        public override AssemblyName GetName() => module.GetName();

        public override string[] GetManifestResourceNames() =>
            [.. module.GetManifestResourceNames().Where(n => !Late.Any(l => n.EndsWith(l, StringComparison.Ordinal)))];

        public override Stream? GetManifestResourceStream(string name) => module.GetManifestResourceStream(name);
    }
}

public sealed class TextKeyMigrations_on_sqlite() : TextKeyMigrationTests(Backend.Sqlite);

public sealed class TextKeyMigrations_on_postgresql() : TextKeyMigrationTests(Backend.Postgres);

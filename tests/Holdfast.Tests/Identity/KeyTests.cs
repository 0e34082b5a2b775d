using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Commands;
using Holdfast.Configuration;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Secrets;
using Holdfast.Identity.SigningKeys;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;
using Holdfast.Webhooks;

namespace Holdfast.Tests.Identity;

/// <summary>Several signing keys, one after the other, and the key that they are encrypted with.</summary>
public abstract class KeyTests(Backend backend) : IAsyncLifetime
{
    private static readonly Account Somebody = new(Guid.CreateVersion7(), Role.Admin, "a@example.com", null, []);

    private TestDb _database = null!;

    private Db Db => _database.Db;

    public async ValueTask InitializeAsync() => _database = await TestDb.CreateAsync(backend);

    public ValueTask DisposeAsync() => _database?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_rotation_signs_nobody_out()
    {
        var (keys, reader) = await LoadAsync();
        var first = keys.Public.Kid;
        var before = reader.Make(Somebody);
        await KeyRotation.RotateAsync(Db, SecretBox.None);
        await keys.ReloadAsync();

        // Everybody gets to know the new key before it signs.
        Assert.Equal(first, keys.Public.Kid);
        Assert.Equal(2, keys.Published.Count());

        Db.ClockSkew = TimeSpan.FromSeconds(60);
        await keys.ReloadAsync();
        Assert.NotEqual(first, keys.Public.Kid);
        var after = reader.Make(Somebody);
        var (_, fresh) = await LoadAsync();
        Assert.NotNull(await fresh.ReadAsync(before));
        Assert.NotNull(await fresh.ReadAsync(after));

        // Until no token of the old key can be good any more.
        Db.ClockSkew = TimeSpan.FromMinutes(18);
        var (later, lastReader) = await LoadAsync();
        Assert.Equal(keys.Public.Kid, Assert.Single(later.Published).Kid);
        Assert.Null(await lastReader.ReadAsync(before));
        Assert.NotNull(await lastReader.ReadAsync(after));
    }

    [Fact]
    public async Task A_key_made_while_the_clock_goes_back_does_not_sign_before_everybody_knows_it()
    {
        var (keys, _) = await LoadAsync();
        var first = keys.Public.Kid;
        Db.ClockSkew = TimeSpan.FromSeconds(-5);
        await KeyRotation.RotateAsync(Db, SecretBox.None);
        await keys.ReloadAsync();
        Assert.Equal((first, 2), (keys.Public.Kid, keys.Published.Count()));
    }

    [Fact]
    public async Task A_process_that_has_not_heard_of_a_key_looks_for_it_once()
    {
        var (_, other) = await LoadAsync();
        await KeyRotation.RotateAsync(Db, SecretBox.None);
        Db.ClockSkew = TimeSpan.FromSeconds(60);
        var (keys, reader) = await LoadAsync();
        Assert.NotNull(await other.ReadAsync(reader.Make(Somebody)));
        Assert.Equal(2, keys.Published.Count());
    }

    [Fact]
    public async Task Old_keys_are_removed_a_day_after_they_were_of_use()
    {
        for (var day = 0; day < 4; day++)
        {
            Db.ClockSkew = TimeSpan.FromHours(25 * day);
            await LoadAsync();
            await KeyRotation.RotateAsync(Db, SecretBox.None);
        }

        // The first one's name, the last two, and the one before them, whose day is not over.
        Assert.InRange(await CountAsync("SELECT COUNT(*) FROM secrets WHERE name LIKE 'token-signing-key-%'"), 3, 4);
    }

    [Fact]
    public async Task Secrets_are_encrypted_by_the_key_of_the_settings_also_those_that_were_there()
    {
        var (clear, reader) = await LoadAsync();
        var token = reader.Make(Somebody);
        var before = await ValueAsync();
        var box = SecretBox.Parse(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))!;
        await SecretStore.SealAllAsync(Db, box);
        var after = await ValueAsync();
        Assert.NotEqual(before, after);
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM secrets WHERE sealed = $1", false));
        Assert.True(after.AsSpan().IndexOf(before.AsSpan(10, 20)) < 0);

        // The same keys as before, and nothing is encrypted twice.
        await SecretStore.SealAllAsync(Db, box);
        Assert.Equal(after, await ValueAsync());
        var sealedKeys = new SigningKeyRing();
        await sealedKeys.LoadAsync(Db, box);
        Assert.Equal(clear.Public.Kid, sealedKeys.Public.Kid);
        Assert.NotNull(await new TokenReader(sealedKeys, TimeProvider.System).ReadAsync(token));
        await KeyRotation.RotateAsync(Db, box);
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM secrets WHERE sealed = $1", false));
    }

    [Fact]
    public async Task A_wrong_key_or_none_stops_the_start_with_one_line()
    {
        await LoadAsync();
        await SecretStore.SealAllAsync(Db, SecretBox.Parse(Convert.ToBase64String(new byte[32]))!);
        var wrong = SecretBox.Parse(Convert.ToBase64String([.. new byte[31], 1]))!;
        foreach (var (box,
            message) in new[] { (wrong, "SECRETS_KEY: is not the key that the secrets of this database were encrypted with."),
            (SecretBox.None, "SECRETS_KEY: the secrets of this database are encrypted: set the key that they were encrypted with.") })
        {
            var stopped = await Assert.ThrowsAsync<StartupException>(() =>
                TestServer.StartAsync(_database, ownsDatabase: false, settings: new Settings { Secrets = box }));
            Assert.Equal(message, stopped.Message);
        }

        await using var right = await TestServer.StartAsync(_database, ownsDatabase: false,
            settings: new Settings { Secrets = SecretBox.Parse(Convert.ToBase64String(new byte[32]))! });
        Assert.Equal(1,
            (await right.Guest.GetFromJsonAsync<JsonElement>("/.well-known/jwks.json", TestContext.Current.CancellationToken)).GetProperty(
            "keys").GetArrayLength());
    }

    [Fact]
    public async Task The_key_of_the_settings_can_be_replaced_and_the_one_before_opens_nothing_then()
    {
        var (old, next) = (Box(1), Box(2));
        var (endpoint, signing) = (Guid.CreateVersion7(), new byte[24]);
        await using (var before = await TestServer.StartAsync(_database, ownsDatabase: false, settings: new Settings { Secrets = old }))
        {
            var (value, isSealed) = WebhookSecrets.Seal(old, endpoint, signing);
            await Db.WriteAsync(tx =>
                tx.ExecuteAsync(
                "INSERT INTO webhook_endpoints (id, store_id, url, types, secret, is_sealed, created_at) VALUES ($1, $1, "
                + "'https://x.example.com', '[]', $2, $3, $4)",
                endpoint, value, isSealed, DateTime.UnixEpoch));
        }

        // While both are set everything is read, by whichever key it was encrypted; what is new takes the new one.
        var keys = new SigningKeyRing();
        await keys.LoadAsync(Db, next.After(old));
        var token = new TokenReader(keys, TimeProvider.System).Make(Somebody);
        await KeyRotation.RotateAsync(Db, next.After(old));
        await Assert.ThrowsAsync<StartupException>(() => Keys.ResealAsync(Db, next, CancellationToken.None));
        await Assert.ThrowsAsync<StartupException>(() => SecretStore.SealAllAsync(Db, next));
        var secrets = (int)await CountAsync("SELECT COUNT(*) FROM secrets");
        Assert.Equal((secrets, 1), await Keys.ResealAsync(Db, next.After(old), CancellationToken.None));

        await Assert.ThrowsAsync<StartupException>(() => SecretStore.SealAllAsync(Db, old));
        await SecretStore.SealAllAsync(Db, next);
        var (value2, sealed2) = await Db.ReadAsync(s =>
            s.FirstAsync("SELECT secret, is_sealed FROM webhook_endpoints WHERE id = $1", r => (r.Bytes(0), r.Bool(1)), endpoint));
        Assert.Equal(signing, WebhookSecrets.Open(next, endpoint, value2, sealed2));
        Assert.Throws<StartupException>(() => WebhookSecrets.Open(old, endpoint, value2, sealed2));
        var after = new SigningKeyRing();
        await after.LoadAsync(Db, next);
        Assert.NotNull(await new TokenReader(after, TimeProvider.System).ReadAsync(token));

        static SecretBox Box(byte last) => SecretBox.Parse(Convert.ToBase64String([.. new byte[31], last]))!;
    }

    [Fact]
    public async Task A_secret_that_neither_key_opens_leaves_all_as_they_were()
    {
        await LoadAsync();
        var box = SecretBox.Parse(Convert.ToBase64String(new byte[32]))!;
        await SecretStore.SealAllAsync(Db, box);
        var before = await ValueAsync();
        var endpoint = Guid.CreateVersion7();
        await Db.WriteAsync(tx =>
            tx.ExecuteAsync(
            "INSERT INTO webhook_endpoints (id, store_id, url, types, secret, is_sealed, created_at) VALUES ($1, $1, "
            + "'https://x.example.com', '[]', $2, $3, $4)",
            endpoint, new byte[60], true, DateTime.UnixEpoch));
        await Assert.ThrowsAsync<StartupException>(() =>
            Keys.ResealAsync(Db, SecretBox.Parse(Convert.ToBase64String([.. new byte[31], 1]))!.After(box), CancellationToken.None));
        Assert.Equal(before, await ValueAsync());
    }

    [Fact]
    public async Task A_secret_moved_to_another_name_does_not_open()
    {
        await LoadAsync();
        var box = SecretBox.Parse(Convert.ToBase64String(new byte[32]))!;
        await SecretStore.SealAllAsync(Db, box);
        await Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE secrets SET name = 'token-signing-key-2'"));
        await Assert.ThrowsAsync<StartupException>(() => SecretStore.SealAllAsync(Db, box));
    }

    private async Task<(SigningKeyRing Keys, TokenReader Reader)> LoadAsync()
    {
        var keys = new SigningKeyRing();
        await keys.LoadAsync(Db);
        return (keys, new TokenReader(keys, TimeProvider.System));
    }

    private async Task<byte[]> ValueAsync() =>
        (await Db.ReadAsync(s => s.FirstAsync("SELECT value FROM secrets WHERE name = 'token-signing-key-1'", r => r.Bytes(0))))!;

    private Task<long> CountAsync(string sql, params object?[] args) => Db.ReadAsync(s => s.FirstAsync(sql, r => r.Long(0), args));
}

public sealed class Key_on_sqlite() : KeyTests(Backend.Sqlite);

public sealed class Key_on_postgresql() : KeyTests(Backend.Postgres);

using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Identity.Core;
using Holdfast.Identity.Secrets;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Routing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Identity.SigningKeys;

/// <summary>
/// The ES256 keys of the installation: the first made by the first process, kept in the database, so that a token of one process is good at
/// all others and after a restart. A key's <c>kid</c> is its thumbprint (RFC 7638). <see cref="KeySchedule"/> says which one signs.
/// </summary>
internal sealed class SigningKeyRing
{
    public const string Algorithm = "ES256";

    private const string Prefix = "token-signing-key-";

    /// <summary>Tokens with a key id that nobody made must not become a load on the database.</summary>
    private static readonly TimeSpan SeekEvery = TimeSpan.FromSeconds(5);

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = Identity.Tokens.TokenReader.MaxLength };
    private readonly SemaphoreSlim _reloading = new(1);
    private (Db Db, SecretBox Box)? _source;
    private volatile Ring? _ring;
    private long _soughtAt;

    /// <summary>The key that signs.</summary>
    public PublicKey Public => Loaded.Signing.Public;

    /// <summary>Every key that a valid token may be, or may soon be, signed with.</summary>
    public IEnumerable<PublicKey> Published => Loaded.Keys.Values.Select(k => k.Public);

    private Ring Loaded => _ring ?? throw new InvalidOperationException("not loaded: run IdentityModule.PrepareAsync at start");

    public string Sign(string payload) => _handler.CreateToken(payload, Loaded.Signing.Credentials);

    /// <summary>
    /// The key that signatures under this id are checked with. Checking and signing may go on at once: each makes an OpenSSL context of its
    /// own.
    /// </summary>
    public SecurityKey? Find(string kid) => Loaded.Keys.TryGetValue(kid, out var key) ? key.Credentials.Key : null;

    /// <summary>As <see cref="Find"/>; looks into the database for a key that is not known here, at most every few seconds.</summary>
    public async ValueTask<SecurityKey?> FindAsync(string kid)
    {
        if (Find(kid) is { } known)
        {
            return known;
        }

        if (Stopwatch.GetElapsedTime(Interlocked.Read(ref _soughtAt)) < SeekEvery
            || !await _reloading.WaitAsync(SeekEvery))
        {
            return null;
        }

        try
        {
            // Whoever waited here for another's reading does not read again.
            if (Stopwatch.GetElapsedTime(Interlocked.Read(ref _soughtAt)) >= SeekEvery)
            {
                await ReloadAsync();
                Interlocked.Exchange(ref _soughtAt, Stopwatch.GetTimestamp());
            }
        }
        finally
        {
            _reloading.Release();
        }

        return Find(kid);
    }

    public async Task LoadAsync(Db db, SecretBox? box = null)
    {
        _source = (db, box ?? SecretBox.None);
        await SecretStore.GetOrCreateAsync(db, _source.Value.Box, $"{Prefix}1", Make);
        await ReloadAsync();
    }

    /// <summary>Reads the keys again; what other processes have made is known then.</summary>
    public async Task ReloadAsync()
    {
        var (db, box) = _source ?? throw new InvalidOperationException("not loaded");
        var (secrets, now) = await SecretStore.ListAsync(db, box, Prefix);
        var made = secrets.Select(s => s.CreatedAt).ToList();
        var known = _ring?.Keys.Values.ToDictionary(k => k.Name, StringComparer.Ordinal) ?? [];
        var keys = secrets.Where((_, place) => KeySchedule.Verifies(made, place, now))
            .Select(s => known.GetValueOrDefault(s.Name) ?? Import(s)).ToList();
        var signing = secrets[KeySchedule.Signs(made, now)].Name;
        _ring = new Ring(keys.ToDictionary(k => k.Public.Kid, StringComparer.Ordinal), keys.Single(k => k.Name == signing));
    }

    /// <summary>Adds a key, and deletes those that have been useless for a day. Returns when the new key begins to sign.</summary>
    public static async Task<DateTime> RotateAsync(Db db, SecretBox box)
    {
        await SecretStore.SealAllAsync(db, box);
        return await db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            var made = await tx.QueryAsync("SELECT name, created_at FROM secrets WHERE name LIKE $1 ORDER BY created_at, name",
                r => (Name: r.Text(0), At: r.Time(1)), $"{Prefix}%");
            for (var i = 0; i < made.Count - 1; i++)
            {
                // The first one's name stays taken: a process that finds no key of that name makes one.
                if (made[i + 1].At + TimeSpan.FromDays(1) < now && made[i].Name != $"{Prefix}1")
                {
                    await tx.ExecuteAsync("DELETE FROM secrets WHERE name = $1", made[i].Name);
                }
            }

            // Made after the others, whatever the clock says: by that order it is known which key signs.
            now = made.Count > 0 && made[^1].At >= now ? made[^1].At.AddMilliseconds(1) : now;
            await SecretStore.AddAsync(tx, box, $"{Prefix}{Guid.CreateVersion7()}", Make(), now);
            var batch = tx.Batch();
            AuditLog.Note(batch, new AuditEntry("signing_key_made", Caller.System.Actor), now);
            await batch.RunAsync();
            return now + KeySchedule.SignsAfter;
        });
    }

    /// <summary>
    /// This version of the library caches signature providers by key id in a static: two keys of the same id in one process would pass for
    /// each other. Without the cache each check makes its own, which costs microseconds.
    /// </summary>
    public static SecurityKey WithoutCache(SecurityKey key)
    {
        key.CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false };
        return key;
    }

    public static PublicKey Describe(ECPoint q)
    {
        var (x, y) = (Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y));
        var thumbprint = SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}"""));
        return new PublicKey("EC", "P-256", x, y, Base64Url.EncodeToString(thumbprint), "sig", Algorithm);
    }

    private static byte[] Make()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return ecdsa.ExportPkcs8PrivateKey();
    }

    private static Entry Import(SecretStore.Secret secret)
    {
        var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(secret.Value, out _);
        var shown = Describe(ecdsa.ExportParameters(includePrivateParameters: false).Q);
        return new Entry(secret.Name, shown,
            new SigningCredentials(WithoutCache(new ECDsaSecurityKey(ecdsa) { KeyId = shown.Kid }), Algorithm));
    }

    private sealed record Entry(string Name, PublicKey Public, SigningCredentials Credentials);

    private sealed record Ring(Dictionary<string, Entry> Keys, Entry Signing);
}

using Holdfast.Platform;
using Holdfast.Platform.Http;

namespace Holdfast.Identity;

/// <summary><c>POST /auth/login</c>, <c>GET /auth/me</c> and the public keys.</summary>
internal sealed class SignIn(Accounts accounts, TokenReader tokens, SigningKeys keys) : IDisposable
{
    private const int MaxWaiting = 64;

    /// <summary>Checking a password takes tens of milliseconds of a core, by design; orders must not starve because many sign in.</summary>
    private readonly SemaphoreSlim _checks = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;

    /// <summary>
    /// Answers <c>{accessToken, tokenType, expiresIn}</c>, seconds. An Idempotency-Key is not needed: signing in changes nothing, and a stored
    /// answer would be a token at rest.
    /// </summary>
    public async Task<Reply> LoginAsync(Request request)
    {
        var body = await request.FieldsAsync().ConfigureAwait(false);
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var fields = body.Value;
        var email = fields.Text("email", max: Emails.MaxLength);
        var password = fields.Secret("password", Passwords.MaxLength);
        if (fields.Done() is { } error)
        {
            return error;
        }

        var found = Emails.TryKey(email, out var key) ? await accounts.FindByEmailAsync(key).ConfigureAwait(false) : null;
        var isRight = await CheckAsync(found?.PasswordHash, password, request.Aborted).ConfigureAwait(false);
        return !isRight.IsOk ? isRight.Error!
            : !isRight.Value ? IdentityErrors.InvalidCredentials
            : Reply.Ok(new { AccessToken = tokens.Make(found!.Value.Account), TokenType = "Bearer", ExpiresIn = (int)TokenReader.Lifetime.TotalSeconds });
    }

    /// <summary>The caller as the database knows them now: <c>{id, role, email, name, stores}</c>.</summary>
    public async Task<Reply> MeAsync(Request request) =>
        request.Caller.Subject is { } id && await accounts.FindAsync(id).ConfigureAwait(false) is { } account ? Reply.Ok(account) : Errors.Unauthenticated;

    /// <summary>The keys that other services check our tokens with (RFC 7517).</summary>
    public Task<Reply> KeysAsync(Request request) => Task.FromResult(Reply.Ok(new { Keys = new[] { keys.Public } }));

    public void Dispose() => _checks.Dispose();

    private async Task<Result<bool>> CheckAsync(string? hash, string password, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return Errors.Busy;
        }

        try
        {
            await _checks.WaitAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            return Passwords.Verify(hash, password);
        }
        finally
        {
            _checks.Release();
        }
    }
}

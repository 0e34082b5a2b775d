using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Microsoft.AspNetCore.Identity;

namespace Holdfast.Identity;

/// <summary>
/// All work with passwords goes through here. Hashing takes tens of milliseconds of a core, by design; orders must not starve because many sign
/// in, so at most half of the cores do it at a time, and beyond 64 who wait there is 503.
/// </summary>
internal sealed class PasswordWork(Db db, PasswordHasher<object> hasher) : IDisposable
{
    private const int MaxWaiting = 64;

    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;

    /// <summary>The hash of a new password.</summary>
    public Task<Result<string>> HashAsync(string password, CancellationToken ct) => RunAsync(() => Task.FromResult<Result<string>>(Passwords.Hash(hasher, password)), ct);

    /// <summary>
    /// Whether the password is right, and whether its hash is older than those made now. Counts failures by email, in the database and so over all processes, whether or not there is an account:
    /// 429 <c>too_many_attempts</c> while it is blocked.
    /// </summary>
    /// <param name="actor">Whose password it is to be, for the audit log: <c>guest</c> where there is no account.</param>
    public async Task<Result<PasswordVerificationResult>> CheckAsync(string emailKey, string actor, string? hash, string password, CancellationToken ct) => await RunAsync<PasswordVerificationResult>(async () =>
    {
        // In here, so that as many guesses are under way at once as there are cores for them, and those count already.
        var account = AccountOf(emailKey);
        var attempt = await AttemptAsync(account).ConfigureAwait(false);
        if (!attempt.IsOk)
        {
            return attempt.Error!;
        }

        var found = Passwords.Verify(hasher, hash, password);
        await db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            if (found != PasswordVerificationResult.Failed)
            {
                Forget(batch, account);
            }
            else
            {
                AuditLog.Note(batch, new AuditEntry(attempt.Value.BlockedUntil is null ? "sign_in_failed" : "sign_in_blocked", actor), attempt.Value.LastAt);
            }

            await batch.RunAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        return found;
    }, ct).ConfigureAwait(false);

    /// <summary>Lets the account try again at once: its password is new.</summary>
    public static void Forget(StatementBatch batch, string email) => Forget(batch, AccountOf(Emails.Key(email) ?? email));

    public void Dispose() => _cores.Dispose();

    private static Guid AccountOf(string emailKey) => new(SHA256.HashData(Encoding.UTF8.GetBytes(emailKey)).AsSpan(0, 16), bigEndian: true);

    private static void Forget(StatementBatch batch, Guid account) => batch.Execute("DELETE FROM sign_in_attempts WHERE account = $1", account);

    private Task<Result<Attempts>> AttemptAsync(Guid account) => db.WriteAsync(async tx =>
    {
        // The insert makes sure that there is a row to lock: two first guesses at once are two.
        var batch = tx.Batch();
        var now = batch.Now();
        await batch.RunAsync().ConfigureAwait(false);
        batch.Execute("INSERT INTO sign_in_attempts (account, failures, last_at) VALUES ($1, 0, $2) ON CONFLICT (account) DO NOTHING", account, now.First);
        var rows = batch.Query("SELECT failures, last_at, blocked_until FROM sign_in_attempts WHERE account = $1 {lock}",
            r => new Attempts(r.Int(0), r.Time(1), r.TimeOrNull(2)), account);
        await batch.RunAsync().ConfigureAwait(false);
        var attempt = Lockout.Attempt(rows.First, now.First);
        if (!attempt.IsOk)
        {
            await tx.RollbackAsync().ConfigureAwait(false);
            return attempt;
        }

        await tx.ExecuteAsync("UPDATE sign_in_attempts SET failures = $2, last_at = $3, blocked_until = $4{as timestamptz} WHERE account = $1",
            account, attempt.Value.Failures, attempt.Value.LastAt, attempt.Value.BlockedUntil).ConfigureAwait(false);
        return attempt;
    });

    private async Task<Result<T>> RunAsync<T>(Func<Task<Result<T>>> work, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return Errors.Busy;
        }

        try
        {
            await _cores.WaitAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _cores.Release();
        }
    }
}

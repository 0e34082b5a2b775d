using System.Net;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Microsoft.AspNetCore.Identity;

namespace Holdfast.Identity.SignIn;

/// <summary>
/// All work with passwords goes through here. Hashing takes a tenth of a second of a core and more, by design; orders must not starve
/// because many sign in, so at most half of the cores do it at a time, and beyond 64 who wait there is 503. Devices that are known come
/// first, then those from whose address nothing has failed lately, then the rest: guesses from everywhere do not keep the others out.
/// </summary>
internal sealed class PasswordHashingQueue(Db db, PasswordHasher<object> hasher, TimeProvider time)
{
    private const int MaxWaiting = 64;
    private const int Known = 0;
    private const int New = 1;
    private const int HasFailed = 2;

    private readonly RankedQueue _queue = new(Math.Max(1, Environment.ProcessorCount / 2), MaxWaiting, HasFailed + 1);
    private readonly RecentFailures _failures = new(time);

    /// <summary>The hash of a new password.</summary>
    public Task<Result<string>> HashAsync(string password, SignInOrigin origin, CancellationToken ct) =>
        RunAsync(() => Task.FromResult<Result<string>>(Passwords.Hash(hasher, password)), origin, ct);

    /// <summary>
    /// Whether the password is right, and whether its hash is older than those made now. Counts failures by email and origin, whether or
    /// not there is an account: 429 <c>too_many_attempts</c> while it has to wait.
    /// </summary>
    /// <param name="actor">Whose password it is to be, for the audit log: <c>guest</c> where there is no account.</param>
    public async Task<Result<PasswordVerificationResult>> CheckAsync(string emailKey, string actor, string? hash, string password,
        SignInOrigin origin, CancellationToken ct) =>
        await RunAsync<PasswordVerificationResult>(async () =>
    {
        // In here, so that as many guesses are under way at once as there are cores for them, and those count already.
        var account = SignInAttempts.AccountOf(emailKey);
        var attempt = await SignInAttempts.NoteAsync(db, account, origin);
        if (!attempt.IsOk)
        {
            NoteFailure(origin.Address);
            return attempt.Error!;
        }

        var found = Passwords.Verify(hasher, hash, password);
        await db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            if (found != PasswordVerificationResult.Failed)
            {
                SignInAttempts.Forget(batch, account, origin);
            }
            else
            {
                NoteFailure(origin.Address);
                AuditLog.Note(batch, new AuditEntry(attempt.Value.BlockedUntil is null ? "sign_in_failed" : "sign_in_blocked", actor),
                    attempt.Value.LastAt);
            }

            await batch.RunAsync();
        });
        return found;
    }, origin, ct);

    /// <summary>Somebody at this address has had passwords worked on in vain: others come first for a while.</summary>
    public void NoteFailure(IPAddress address) => _failures.Add(address);

    private async Task<Result<T>> RunAsync<T>(Func<Task<Result<T>>> work, SignInOrigin origin, CancellationToken ct)
    {
        if (!await _queue.EnterAsync(origin.IsKnown ? Known : _failures.Has(origin.Address) ? HasFailed : New, ct))
        {
            return Errors.Busy;
        }

        try
        {
            return await work();
        }
        finally
        {
            _queue.Leave();
        }
    }
}

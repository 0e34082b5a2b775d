using System.Security.Cryptography;
using System.Text;
using Holdfast.Identity.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.SignIn;

/// <summary>
/// Failed sign-ins in the database, and so over all processes, whether or not there is an account: by email and origin
/// (<c>sign_in_origins</c>), and of all strangers by email (<c>sign_in_attempts</c>).
/// </summary>
internal static class SignInAttempts
{
    private static readonly Func<Row, Attempts> Map = r => new Attempts(r.Int(0), r.Time(1), r.TimeOrNull(2));

    /// <summary>The email as it is kept: a hash, cut to 128 bits.</summary>
    public static Guid AccountOf(string emailKey) => new(SHA256.HashData(Encoding.UTF8.GetBytes(emailKey)).AsSpan(0, 16), bigEndian: true);

    // Counts the first tries of fresh addresses while strangers wait: an origin of an account that is no address's hash.
    internal static readonly Guid FirstTries = new("f1725747-7269-4573-8000-000000000001");

    /// <summary>Notes one; 429 <c>too_many_attempts</c> where it has to wait, and nothing is noted.</summary>
    public static Task<Result<Attempts>> NoteAsync(Db db, Guid account, SignInOrigin origin) => db.WriteAsync(async tx =>
    {
        // The inserts make sure that there are rows to lock: two first guesses at once are two.
        var batch = tx.Batch();
        var clock = batch.Now();
        await batch.RunAsync();
        var now = clock.First;
        QueryResult<Attempts>? strangers = null;
        if (!origin.IsKnown)
        {
            batch.Execute("INSERT INTO sign_in_attempts (account, failures, last_at) VALUES ($1, 0, $2) ON CONFLICT (account) DO NOTHING",
                account, now);
            strangers = batch.Query("SELECT failures, last_at, blocked_until FROM sign_in_attempts WHERE account = $1 {lock}", Map,
                account);
        }

        // The row of all strangers is locked, so these need no order.
        var tries = origin.IsKnown ? null : Hold(batch, account, FirstTries, now);
        var network = origin.Network is { } wide ? Hold(batch, account, wide, now) : null;
        var mine = Hold(batch, account, origin.Key, now);
        await batch.RunAsync();
        var attempt = Lockout.Attempt(mine.First, now);
        if (!attempt.IsOk)
        {
            await tx.RollbackAsync();
            return attempt.Error!;
        }

        if (strangers is not null)
        {
            var isFresh = Lockout.IsFresh(mine.First, now) && Lockout.IsFresh(network?.First, now);
            var all = Lockout.Attempt(strangers.First, now, Lockout.FreeOfStrangers);
            if (!all.IsOk && (isFresh ? Lockout.FirstTry(tries!.First, now) : null) is { } first)
            {
                Write(batch, account, FirstTries, first);
            }
            else if (!all.IsOk)
            {
                await tx.RollbackAsync();
                return all.Error!;
            }

            var ofNetwork = network is null ? null : Lockout.Count(network.First, now);
            if (all.IsOk && attempt.Value.Failures <= Lockout.Free && !(ofNetwork?.Failures > Lockout.Free))
            {
                batch.Execute(
                    "UPDATE sign_in_attempts SET failures = $2, last_at = $3, blocked_until = $4{as timestamptz} WHERE account = $1",
                    account, all.Value.Failures, all.Value.LastAt, all.Value.BlockedUntil);
            }

            if (ofNetwork is not null)
            {
                Write(batch, account, origin.Network!.Value, ofNetwork);
            }
        }

        Write(batch, account, origin.Key, attempt.Value);
        await batch.RunAsync();
        return attempt;
    });

    private static QueryResult<Attempts> Hold(StatementBatch batch, Guid account, Guid origin, DateTime now)
    {
        batch.Execute(
            "INSERT INTO sign_in_origins (account, origin, failures, last_at) VALUES ($1, $2, 0, $3) ON CONFLICT (account, origin) "
            + "DO NOTHING", account, origin, now);
        return batch.Query("SELECT failures, last_at, blocked_until FROM sign_in_origins WHERE account = $1 AND origin = $2 {lock}",
            Map, account, origin);
    }

    private static void Write(StatementBatch batch, Guid account, Guid origin, Attempts attempts) => batch.Execute(
        "UPDATE sign_in_origins SET failures = $3, last_at = $4, blocked_until = $5{as timestamptz} WHERE account = $1 AND origin = $2",
        account, origin, attempts.Failures, attempts.LastAt, attempts.BlockedUntil);

    /// <summary>
    /// The password was right: what was noted of this origin is forgotten; where that was a stranger, what strangers did, too.
    /// </summary>
    public static void Forget(StatementBatch batch, Guid account, SignInOrigin origin)
    {
        batch.Execute("DELETE FROM sign_in_origins WHERE account = $1 AND origin = $2", account, origin.Key);
        if (origin.Network is { } network)
        {
            batch.Execute("DELETE FROM sign_in_origins WHERE account = $1 AND origin = $2", account, network);
        }

        if (!origin.IsKnown)
        {
            batch.Execute("DELETE FROM sign_in_attempts WHERE account = $1", account);
        }
    }

    /// <summary>Lets everybody try again at once: the account's password is new.</summary>
    public static void ForgetAll(StatementBatch batch, string email)
    {
        var account = AccountOf(Emails.Key(email) ?? email);
        batch.Execute("DELETE FROM sign_in_attempts WHERE account = $1", account);
        batch.Execute("DELETE FROM sign_in_origins WHERE account = $1", account);
    }
}

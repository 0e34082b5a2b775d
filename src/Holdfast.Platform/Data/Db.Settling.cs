using System.Buffers.Binary;
using System.Diagnostics;

namespace Holdfast.Platform.Data;

/// <summary>Finds out what became of a COMMIT whose answer was lost: see docs/adr/0015.</summary>
public abstract partial class Db
{
    // A caller who waits for the outcome of a lost COMMIT is told within 5 s or so that it is not known yet.
    private static readonly TimeSpan CallersPatience = TimeSpan.FromSeconds(4.5);
    private static readonly TimeSpan MinSettlePatience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Finds out what became of an attempt whose COMMIT was not answered. True: it is committed. False: it is not, and never will be. Null:
    /// the outcome could not be found within <paramref name="patience"/>, or the attempt is so old that its row may have been removed. The
    /// method inserts the same id. If that insert succeeds, the attempt can no longer commit. The commit of the insert follows the
    /// attempt's in the log, so that on a server with a synchronous standby "committed" also means replicated.
    /// </summary>
    /// <param name="attempt">The <see cref="Tx.Attempt"/> of the transaction.</param>
    /// <param name="failed">Called with the reason each time asking fails.</param>
    public async Task<bool?> SettleAsync(Guid attempt, TimeSpan patience, CancellationToken ct = default, Action<Exception>? failed = null)
    {
        var clock = Stopwatch.StartNew();
        do
        {
            try
            {
                await using var tx = await BeginAsync(ct);
                var batch = tx.Batch();
                batch.Execute(
                    $"INSERT INTO commit_attempts (id, is_void, created_at) VALUES ($1, $2, ({tx.ClockSql})) ON CONFLICT (id) DO NOTHING",
                    attempt, true);
                var found = batch.Query("SELECT is_void FROM commit_attempts WHERE id = $1", r => r.Bool(0), attempt);
                var now = batch.Now();
                await batch.RunAsync();
                if (found.Rows[0] && now.First - MadeAt(attempt) > CommitAttemptPruner.Retention / 2)
                {
                    // A row that is missing after so long says nothing.
                    return null;
                }

                tx.MustLeaveAttempt();
                await tx.CommitAsync(ct);
                return !found.Rows[0];
            }
            catch (Exception e) when (IsUnavailable(e))
            {
                // The server is away, or the attempt is still under way and holds its row: ask again until our patience ends.
                failed?.Invoke(e);
            }

            await Task.Delay(50, ct);
        }
        while (clock.Elapsed < patience);
        return null;
    }

    /// <summary>
    /// As <see cref="SettleAsync"/>, for callers who have already waited that long and must get an answer within about 5 s.
    /// </summary>
    internal async Task<bool?> SettleInTimeAsync(Guid attempt, TimeSpan waited, CancellationToken ct, Action<Exception>? failed = null)
    {
        // Nobody waits for background work.
        var left = CallersPatience - (CurrentWork.Kind == DbWork.Background ? TimeSpan.Zero : waited);
        var patience = left > MinSettlePatience ? left : MinSettlePatience;
        try
        {
            return await SettleAsync(attempt, patience, ct, failed).WaitAsync(patience, ct);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>
    /// Judges the age by the clock of the process that made the id. If that clock is ahead, the row lives longer
    /// (<see cref="CommitAttemptPruner"/>); if it is behind, the attempt seems older.
    /// </summary>
    private static DateTime MadeAt(Guid attempt)
    {
        Span<byte> bytes = stackalloc byte[16];
        attempt.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTime.UnixEpoch.AddMilliseconds(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
    }
}

using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Data;

/// <summary>Decides when a batch is given up, and which waiting commands are given up with it.</summary>
public abstract partial class BatchQueue<TCommand, TOutcome>
{
    /// <summary>
    /// Handles a transient error. Returns true if the callers have waited long enough and were answered, false if the batch is to run
    /// again.
    /// </summary>
    private async Task<bool> HasGivenUpAsync(List<Waiting> batch, Exception reason, int tries)
    {
        var age = batch.Max(w => w.Age);
        if (IsEnough(reason, age, tries))
        {
            Db.Note(_log, reason);
            Fail(batch, Errors.Unavailable);
            if (!Db.IsTransient(reason))
            {
                GiveUpAll(reason);
            }

            return true;
        }

        if (Db.IsTransient(reason) && await Db.FreeStuckAsync(age) is var ended and > 0)
        {
            _log.LogWarning("Ended {Sessions} sessions that held locks and whose process had stopped in the middle of a statement", ended);
        }

        // What the database cannot do now takes longer to pass than a lock.
        var pause = Db.IsTransient(reason) ? Math.Min(200, Random.Shared.Next(1, 5 * tries)) : Math.Min(2_000, 20 << Math.Min(tries, 7));
        await Task.Delay(pause);
        return false;
    }

    /// <summary>The database cannot be used: all waiting callers are told so now, instead of each in their turn.</summary>
    private void GiveUpAll(Exception reason)
    {
        _outage.Failed();
        Db.Note(_log, reason);
        Fail(_waiting.TakeAll(), Errors.Unavailable);
    }

    // After a pause of the whole process every connection may be dead: that alone is no outage, unless no new one can be made. During an
    // outage each batch tries once. Whoever has read and waits for the fence has waited for a COMMIT.
    private bool IsEnough(Exception e, TimeSpan age, int tries)
    {
        if (Db.IsTransient(e))
        {
            return age > (_hurries ? HurriedPatience : Patience);
        }

        var patience = _hurries ? HurriedPatience : Patience < OutagePatience ? Patience : OutagePatience;
        return _outage.IsOn || e is OutcomeUnknownException || ((tries > 1 || e is NoConnectionException) && age > patience);
    }
}

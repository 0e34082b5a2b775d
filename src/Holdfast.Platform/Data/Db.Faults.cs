using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Data;

/// <summary>What the failures of a database mean.</summary>
public abstract partial class Db
{
    /// <summary>The state in which connections break, stay silent, or cannot be made.</summary>
    private const string Away = "away";

    /// <summary>Returns what the failure says about the database.</summary>
    public abstract DbFault FaultOf(Exception e);

    /// <summary>
    /// Whether running the same transaction again may succeed: deadlock, lock time-out, busy file, guard lost to a concurrent commit.
    /// </summary>
    public bool IsTransient(Exception e) => FaultOf(e) == DbFault.Contention;

    /// <summary>Whether the connection broke, so that the outcome of a COMMIT under way is unknown.</summary>
    public bool IsConnectionLost(Exception e) => FaultOf(e) == DbFault.Lost;

    /// <summary>Whether the database refused a value. No retry helps: the input is the cause.</summary>
    public bool IsDataError(Exception e) => FaultOf(e) == DbFault.Value;

    /// <summary>Whether the database cannot be used at this moment, for any reason: callers get 503 and try again.</summary>
    public bool IsUnavailable(Exception e) => FaultOf(e) is DbFault.Lost or DbFault.NotNow or DbFault.Contention;

    /// <summary>
    /// Logs a failure that <see cref="IsUnavailable"/>. A state of the database is logged once, whatever the words of its errors; a wait
    /// for locks is logged each time.
    /// </summary>
    public void Note(ILogger log, Exception e)
    {
        if (IsTransient(e))
        {
            log.LogInformation("Others held what was to be changed for too long: {Reason}", e.Message);
        }
        else
        {
            Condition.Note(log, e, IsConnectionLost(e) ? Away : StateOf(e));
        }
    }

    /// <summary>Notes it where it only says that the database cannot be used now; false: it is another failure.</summary>
    public bool NoteUnavailable(ILogger log, Exception e)
    {
        if (!IsUnavailable(e))
        {
            return false;
        }

        Note(log, e);
        return true;
    }

    /// <summary>
    /// Whether a unique constraint or primary key refused a row; <paramref name="constraint"/> is part of its name or columns.
    /// </summary>
    public abstract bool IsUniqueViolation(Exception e, string constraint);

    /// <summary>A name for the state behind a <see cref="DbFault.NotNow"/>: the same for every statement that meets this state.</summary>
    private protected abstract string StateOf(Exception e);
}

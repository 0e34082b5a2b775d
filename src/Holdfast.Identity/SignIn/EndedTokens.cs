using System.Collections.Frozen;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.SignIn;

/// <summary>
/// Accounts whose access tokens have ended before their time: the password was changed, the account disabled or closed. Each of these
/// begins a generation of tokens (<c>users.token_generation</c>), which a token names; those of an earlier one are refused, at all
/// processes within five seconds: what the database said is believed for four. Where it cannot be asked, signed-in requests are refused
/// with 503.
/// </summary>
internal sealed class EndedTokens(Db db, TimeProvider time)
{
    private static readonly TimeSpan RefreshAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Believed = TimeSpan.FromSeconds(4);

    /// <summary>Longer than a token lives, and than clocks differ.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private volatile State? _state;
    private Task? _reading;

    /// <summary>Whether what is known is new enough; where it soon will not be, it is read again beside the caller.</summary>
    public bool IsUpToDate
    {
        get
        {
            if (_state is not { } state)
            {
                return false;
            }

            var age = time.GetElapsedTime(state.ReadAt);
            if (age >= Believed)
            {
                return false;
            }

            if (age >= RefreshAfter)
            {
                // If it fails, the next caller who finds the state too old asks again and gets the error.
                _ = ReadOnceAsync();
            }

            return true;
        }
    }

    /// <summary>Whether the account's tokens of this generation have ended.</summary>
    public bool Has(Guid? account, int generation) => account is { } id && _state is { } state
        && state.Generations.TryGetValue(id, out var current) && generation < current;

    /// <summary>Reads what has ended, unless what is known is new enough.</summary>
    public async ValueTask RefreshAsync()
    {
        // A reading that was under way may have begun too long ago.
        for (var tries = 0; tries < 2 && !IsUpToDate; tries++)
        {
            await ReadOnceAsync();
        }
    }

    /// <summary>Ends the account's tokens with the statements of the batch; the generation that begins.</summary>
    public static QueryResult<int> End(StatementBatch batch, Guid account, DateTime now) => batch.Query(
        "UPDATE users SET token_generation = token_generation + 1, tokens_ended_at = $2 WHERE id = $1 RETURNING token_generation",
        r => r.Int(0), account, now);

    /// <summary>One reading at a time, for all who need it.</summary>
    private Task ReadOnceAsync()
    {
        lock (_gate)
        {
            return _reading is { IsCompleted: false } ? _reading : _reading = Task.Run(ReadAsync);
        }
    }

    private async Task ReadAsync()
    {
        var readAt = time.GetTimestamp();
        var since = time.GetUtcNow().UtcDateTime - Remembered;
        var ended = await db.ReadAsync(s =>
            s.QueryAsync("SELECT id, token_generation FROM users WHERE tokens_ended_at > $1", r => (Id: r.Uuid(0), Generation: r.Int(1)),
            since));
        _state = new State(ended.ToFrozenDictionary(e => e.Id, e => e.Generation), readAt);
    }

    private sealed record State(FrozenDictionary<Guid, int> Generations, long ReadAt);
}

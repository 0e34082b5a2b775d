namespace Holdfast.Identity.SignIn;

/// <summary>
/// Lets a few callers at a time do expensive work. The others wait, those of the best rank first and within a rank in the order of their
/// arrival; every fourth turn is the worst rank's, so that it does not wait for ever. When all places to wait are taken, a caller takes the
/// place of the last of a worse rank.
/// </summary>
internal sealed class RankedQueue(int slots, int places, int ranks)
{
    private const int TurnsOfTheBest = 3;

    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<bool>>[] _waiting = [.. Enumerable.Range(0, ranks)
        .Select(_ => new LinkedList<TaskCompletionSource<bool>>())];
    private int _free = slots;
    private int _turns;

    /// <summary>
    /// Waits for a turn, to be ended by <see cref="Leave"/>; false: there is no place to wait, or it was given to somebody of a better
    /// rank.
    /// </summary>
    /// <param name="rank">From 0, the best.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async Task<bool> EnterAsync(int rank, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource<bool>> mine;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return true;
            }

            if (_waiting.Sum(w => w.Count) >= places && !MakePlace(rank))
            {
                return false;
            }

            mine = _waiting[rank].AddLast(new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using var registration = ct.Register(() => GiveUp(rank, mine, ct));
        return await mine.Value.Task;
    }

    /// <summary>Ends a turn: the next begins.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            var next = ++_turns % (TurnsOfTheBest + 1) == 0 ? _waiting.LastOrDefault(w => w.Count > 0)
                : _waiting.FirstOrDefault(w => w.Count > 0);
            if (next is null)
            {
                _free++;
                return;
            }

            var caller = next.First!.Value;
            next.RemoveFirst();
            caller.SetResult(true);
        }
    }

    private bool MakePlace(int rank)
    {
        for (var worse = _waiting.Length - 1; worse > rank; worse--)
        {
            if (_waiting[worse].Last is { } last)
            {
                _waiting[worse].RemoveLast();
                last.Value.SetResult(false);
                return true;
            }
        }

        return false;
    }

    private void GiveUp(int rank, LinkedListNode<TaskCompletionSource<bool>> mine, CancellationToken ct)
    {
        lock (_gate)
        {
            // An entry that has got its turn or lost its place is in no list any more.
            if (mine.List is not null)
            {
                _waiting[rank].Remove(mine);
                mine.Value.SetCanceled(ct);
            }
        }
    }
}

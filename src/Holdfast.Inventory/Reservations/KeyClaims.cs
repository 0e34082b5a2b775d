using Holdfast.Inventory.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;

namespace Holdfast.Inventory.Reservations;

/// <summary>
/// The Idempotency-Keys of one batch. They are claimed before any lock, in the order of their hashes; a claim names the event whose data is
/// the answer, so the answer is stored once. The claim of a refused command is taken back, so that a retry is judged again.
/// </summary>
internal sealed class KeyClaims
{
    private readonly Dictionary<Guid, ReservationCommand> _claimants = [];
    private readonly Dictionary<Guid, (ReservationCommand Command, Reply Reply)> _kept = [];
    private QueryResult<Guid>? _inserted;
    private HashSet<Guid>? _claimed;
    private QueryResult<IdempotentWork.StoredOutcome>? _stored;

    public KeyClaims(IEnumerable<ReservationCommand> commands)
    {
        foreach (var command in commands)
        {
            if (command.Key is { } key)
            {
                _claimants.TryAdd(key.Hash, command);
            }
        }
    }

    public void Claim(StatementBatch batch, DateTime now)
    {
        if (_claimants.Count == 0)
        {
            return;
        }

        var rows = IdempotentWork.Rows();
        foreach (var (_, command) in _claimants.OrderBy(c => c.Key))
        {
            Add(rows, command, now);
        }

        _inserted = batch.InsertReturning(rows, "ON CONFLICT (key) DO NOTHING RETURNING key", r => r.Uuid(0));
        _stored = batch.Query(IdempotentWork.Select, IdempotentWork.Map, _claimants.Keys.ToArray());
    }

    /// <summary>
    /// The answer to the same key, given before by another batch or just now by this one; null when the command must be decided.
    /// </summary>
    public Result<Reply>? Replay(ReservationCommand command)
    {
        if (command.Key is not { } key)
        {
            return null;
        }

        _claimed ??= [.. _inserted!.Rows];
        if (!_claimed.Contains(key.Hash))
        {
            return _stored!.Rows.First(s => s.Key == key.Hash).Replay(key);
        }

        if (!_kept.TryGetValue(key.Hash, out var first))
        {
            return null;
        }

        if (!first.Command.Key!.Fingerprint.AsSpan().SequenceEqual(key.Fingerprint))
        {
            return (Result<Reply>)Errors.IdempotencyKeyReused;
        }

        return (Result<Reply>)Reply.Raw(first.Reply.Status, first.Reply.Body, first.Reply.Location, replayed: true);
    }

    /// <summary>Notes what the command came to, and hands it on.</summary>
    public Result<Reply> Keep(ReservationCommand command, Result<Reply> outcome)
    {
        if (command.Key is { } key && outcome.IsOk)
        {
            _kept[key.Hash] = (command, outcome.Value);
        }

        return outcome;
    }

    /// <summary>
    /// Takes back the claims that came to nothing. Where a second request with the same key succeeded after the first was refused, the
    /// claim becomes its.
    /// </summary>
    public void Save(StatementBatch batch, DateTime now)
    {
        var lost = _inserted?.Rows.Where(hash => !_kept.TryGetValue(hash, out var kept) || !ReferenceEquals(kept.Command, _claimants[hash]))
            .ToArray() ?? [];
        if (lost.Length == 0)
        {
            return;
        }

        var moved = IdempotentWork.Rows();
        foreach (var hash in lost)
        {
            if (_kept.TryGetValue(hash, out var kept))
            {
                Add(moved, kept.Command, now);
            }
        }

        batch.Execute("DELETE FROM idempotency_keys WHERE key {in $1}", lost);
        batch.Insert(moved);
    }

    private static void Add(RowSet rows, ReservationCommand command, DateTime now)
    {
        var isNew = command is ReserveCommand;
        rows.Add(command.Key!.Hash).Add(command.Key.Fingerprint).Add(isNew ? 201 : 200).Add(isNew ? command.Location : null)
            .Add((byte[]?)null).Add(command.Id)
            .Add(isNew ? Reservation.FirstEvent : Reservation.LastEvent).Add(now);
    }
}

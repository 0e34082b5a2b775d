using Holdfast.Identity.Accounts;
using Holdfast.Inventory.Reservations;
using Holdfast.Inventory.Storage;
using Holdfast.Loyalty.Storage;
using Holdfast.Orders.Core;
using Holdfast.Orders.Events;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Promotions.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders.Placement;

/// <summary>
/// One batch of placements: peek (a snapshot that answers replays and hopeless commands without a lock), load (claim, lock, clock), decide
/// (pure, see <see cref="PlacementRules"/>), save (set-based writes). Locks are taken in the global order.
/// </summary>
internal sealed partial class PlacementBatch
{
    private readonly Db _db;
    private readonly OrderOptions _options;
    private readonly ILogger _log;
    private readonly IReadOnlyList<PlaceRequest> _requests;
    private readonly bool[] _answered;
    private readonly Dictionary<Guid, (int Index, Guid OrderId)> _placedByKey = [];
    private readonly Dictionary<Guid, PlaceRequest> _claimants = [];
    private readonly HashSet<Guid> _claimed = [];
    private readonly List<(PlaceRequest Request, Order Order, byte[] Body)> _accepted = [];
    private readonly Dictionary<string, Guid> _guests = new(StringComparer.Ordinal);
    private readonly HashSet<string> _newGuests = new(StringComparer.Ordinal);
    private PlacementBooks _books = null!;
    private DateTime _now;

    public PlacementBatch(Db db, OrderOptions options, OrderNumbers numbers, ILogger log, IReadOnlyList<PlaceRequest> requests)
    {
        (_db, _options, _log, _requests) = (db, options, log, requests);
        _answered = new bool[requests.Count];
        Outcomes = new Result<PlaceResult>[requests.Count];
        foreach (var request in requests)
        {
            request.Command.Number = numbers.Next();
        }
    }

    /// <summary>One per command, in order.</summary>
    public Result<PlaceResult>[] Outcomes { get; }

    /// <summary>Reads without locks; answers replays and what is refused anyway. False when nobody is left.</summary>
    public async Task<bool> PeekAsync()
    {
        var peek = await PlacementPeek.ReadAsync(_db, _requests);
        (_books, _now) = (peek.Books, peek.Now);
        AnswerReplays(peek.Stored);
        for (var i = 0; i < _requests.Count; i++)
        {
            if (!_answered[i] && Check(_requests[i].Command) is { } refusal)
            {
                Answer(i, refusal);
            }
        }

        return Array.IndexOf(_answered, false) >= 0;
    }

    /// <summary>
    /// Claims the keys, locks the accounts, makes the guests, loads the participants' books, locks the stock and reads the clock: in the
    /// global lock order.
    /// </summary>
    public async Task LoadAsync(Tx tx)
    {
        var open = Left().ToList();
        var commands = open.ConvertAll(i => _requests[i].Command);
        var batch = tx.Batch();
        var claimed = Claim(batch, open);
        var accounts = commands.Select(c => c.CustomerId).OfType<Guid>().Distinct().ToArray();
        var accountLocks = accounts.Length == 0 ? null : CustomerStore.Hold(batch, accounts);
        var existingGuests = CustomerStore.FindGuests(batch,
            commands.Where(c => c.CustomerId is null).Select(c => c.EmailKey).Distinct().ToArray());
        await batch.RunAsync();
        var proved = accountLocks?.Rows.ToDictionary(a => a.Id, a => a.ProvedEmail) ?? [];
        commands.ForEach(c => c.Know(c.CustomerId is { } id ? proved.GetValueOrDefault(id) : null, _options.FoldsMailboxes));
        if (accountLocks?.Rows.Exists(a => a.IsClosed) == true)
        {
            RefuseClosed([.. accountLocks.Rows.Where(a => a.IsClosed).Select(a => a.Id)]);
            commands = [.. Left().Select(i => _requests[i].Command)];
        }

        await MakeGuestsAsync(tx, commands, existingGuests.Rows);
        (_books, _now) = await PlacementLoad.LoadAsync(tx, _books, _now, commands, _options);
        _claimed.UnionWith(claimed.Rows);
        if (_claimed.Count < open.Count)
        {
            // Somebody else's commit has the key: by now it is there to be read.
            var taken = open.Select(i => _requests[i].Key.Hash).Where(k => !_claimed.Contains(k)).Distinct().ToArray();
            AnswerReplays(taken.Length == 0 ? [] : await tx.QueryAsync(IdempotentWork.Select, IdempotentWork.Map, taken));
        }
    }

    /// <summary>The orders that are placed by this batch, and the moment at which.</summary>
    public (IReadOnlyList<Order> Orders, DateTime Now) Placed => (_accepted.ConvertAll(a => a.Order), _now);

    /// <summary>Judges the commands in the order of their arrival. False when none was accepted.</summary>
    public bool Decide()
    {
        foreach (var i in Left().ToList())
        {
            var key = _requests[i].Key;
            if (_placedByKey.TryGetValue(key.Hash, out var first))
            {
                Answer(i, _requests[first.Index].Key.Fingerprint.AsSpan().SequenceEqual(key.Fingerprint)
                    ? new PlaceResult(first.OrderId, Outcomes[first.Index].Value.Body, Replayed: true)
                    : Errors.IdempotencyKeyReused);
            }
            else
            {
                Answer(i, Judge(i));
            }
        }

        return _accepted.Count > 0;
    }

    /// <summary>Writes everything that changed; takes back the claims and the guests of those who were refused.</summary>
    public async Task SaveAsync(Tx tx)
    {
        var batch = tx.Batch();
        var events = new EventLog();
        foreach (var (request, order, body) in _accepted)
        {
            OrderNames.NotePlaced(batch, order);
            PlacedEvents.Add(events, order, request.Command.Actor, body);
        }

        _claimed.ExceptWith(_placedByKey.Keys);
        if (_claimed.Count > 0)
        {
            batch.Execute("DELETE FROM idempotency_keys WHERE key {in $1}", _claimed.ToArray());
        }

        PassOnClaims(batch);
        _newGuests.ExceptWith(_accepted.Select(a => a.Request.Command.EmailKey));
        if (_newGuests.Count > 0)
        {
            batch.Execute("DELETE FROM users WHERE id {in $1}", _newGuests.Select(k => _guests[k]).ToArray());
        }

        batch.Insert(OrderTable.Table.Rows(Placed.Orders));
        batch.Insert(OrderLineTable.Rows(Placed.Orders));
        UnpaidHoldTable.Save(_books.UnpaidHolds, batch);
        PurchaseCountTable.Save(_books.Purchases, batch);
        foreach (var (request, order, _) in _accepted)
        {
            foreach (var participant in request.Command.Participants)
            {
                participant.Save(batch, order);
            }
        }

        var actors = _accepted.Where(a => a.Request.Command.ReservationId is not null)
            .ToDictionary(a => a.Request.Command.ReservationId!.Value, a => a.Request.Command.Actor);
        ReservationStore.Save(_books.Reservations, batch, events, r => actors.GetValueOrDefault(r, "system"));
        DiscountStore.Save(_books.Discounts, batch, _now);
        if (_books.Points is { } points)
        {
            PointsStore.Save(points, batch, _now);
        }

        await StockStore.SaveAsync(_books.Stock, tx, batch, events, _now, "system");
        events.Save(batch);
        await batch.RunAsync();
    }

    /// <summary>
    /// Returns why the command is refused, judged by the peeked books. A rule that fails costs its own command, not the batch.
    /// </summary>
    private Error? Check(PlaceCommand command)
    {
        var savepoint = _books.Savepoint();
        try
        {
            return PlacementRules.Check(command, _books, _now);
        }
        catch (Exception e)
        {
            _log.LogError(e, "Checking an order failed");
            _books.Undo(savepoint);
            return Errors.Internal;
        }
    }

    /// <summary>
    /// Decides one command. When it is refused, or a rule fails, all that it has changed is taken back, so that its neighbours are judged
    /// as if it had not been there. What is kept of an accepted one is noted last, after everything that can fail.
    /// </summary>
    private Result<PlaceResult> Judge(int index)
    {
        var (command, key) = _requests[index];
        var savepoint = _books.Savepoint();
        var participants = new ParticipantDecisions(command.Participants);
        Error? refusal;
        try
        {
            var decided = PlacementRules.Decide(command, command.CustomerId ?? _guests[command.EmailKey], _books, _options, _now);
            refusal = decided.IsOk ? participants.Decide(decided.Value, _now) : decided.Error;
            if (refusal is null)
            {
                var order = decided.Value with { EventSequence = PlacedEvents.LastSequence(decided.Value) };
                var body = OrderJson.Write(order);
                _accepted.Add((_requests[index], order, body));
                _placedByKey[key.Hash] = (index, order.Id);
                return new PlaceResult(order.Id, body, Replayed: false);
            }
        }
        catch (Exception e)
        {
            _log.LogError(e, "Deciding an order failed");
            refusal = Errors.Internal;
        }

        participants.Undo();
        _books.Undo(savepoint);
        return refusal;
    }

    /// <summary>An access token outlives its account by minutes; an order would bring back what closing has removed.</summary>
    private void RefuseClosed(HashSet<Guid> closed)
    {
        foreach (var i in Left().Where(i => _requests[i].Command.CustomerId is { } id && closed.Contains(id)).ToList())
        {
            Answer(i, Errors.Unauthenticated);
        }
    }

    /// <summary>Finds the guests, and makes those who order for the first time.</summary>
    private async Task MakeGuestsAsync(Tx tx, List<PlaceCommand> commands, List<Customer> existingGuests)
    {
        foreach (var guest in existingGuests)
        {
            _guests[guest.EmailKey] = guest.Id;
        }

        var missing = commands.Where(c => c.CustomerId is null && !_guests.ContainsKey(c.EmailKey))
            .Select(c => (c.EmailKey, c.Email, c.Name)).ToList();
        foreach (var (key, (id, isNew)) in await CustomerStore.CreateMissingGuestsAsync(tx, missing, _now))
        {
            _guests[key] = id;
            if (isNew)
            {
                _newGuests.Add(key);
            }
        }
    }

    private IEnumerable<int> Left() => Enumerable.Range(0, _requests.Count).Where(i => !_answered[i]);

    private void Answer(int index, Result<PlaceResult> outcome)
    {
        Outcomes[index] = outcome;
        _answered[index] = true;
    }
}

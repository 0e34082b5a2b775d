using System.Diagnostics;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.Transports;

/// <summary>
/// Publishes the delivery queue of a broker. Chunks are claimed for a while (a lease), published outside any transaction, and deleted once
/// the broker has confirmed them: if a process dies in between, they are published again. Several claims overlap, so that the next chunk is
/// read while the last is being confirmed. While the broker is away, the delivery queue grows and nothing else happens.
/// </summary>
internal sealed class BrokerDeliveryQueue(Db db, ITransport transport, MessagingOptions options, ILogger log)
{
    private const int MaxChunks = 50;
    private const int MaxEvents = 500;
    private const int MaxInFlight = 4;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);
    private static readonly Backoff Retries = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3));

    private readonly List<long> _published = [];
    private readonly Lock _gate = new();
    private int _failures;

    private sealed record Claim(IReadOnlyList<long> Positions, IReadOnlyList<Event> Events);

    private static readonly Claim Nothing = new([], []);

    public async Task RunAsync(WakeSignal signal, CancellationToken ct)
    {
        var (inFlight, lookedAt) = (new List<Task>(), 0L);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var claim = _failures == 0 || inFlight.Count == 0 ? await ClaimAsync(ct) : null;
                if (IsDue(lookedAt) && (_failures == 0 || (claim is null && inFlight.Count == 0)))
                {
                    // At first, so that others can bind before there is an event; then to find out that the broker is away, or well again,
                    // before there is one.
                    lookedAt = Stopwatch.GetTimestamp();
                    inFlight.Add(PublishAsync(Nothing, ct));
                }

                if (claim is not null)
                {
                    inFlight.Add(PublishAsync(claim, ct));
                }

                if (inFlight.Count >= (_failures == 0 && claim is not null ? MaxInFlight : 1))
                {
                    await Task.WhenAny(inFlight);
                    inFlight.RemoveAll(t => t.IsCompleted);
                }
                else if (claim is null)
                {
                    await signal.WaitAsync(Idle, ct);
                }

                await PauseAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                log.LogError(e, "The lane of {Broker} failed; it goes on", transport.Name);
                await Task.Delay(Idle, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(inFlight).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DeletePublishedAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool IsDue(long lookedAt) => lookedAt == 0
        || Stopwatch.GetElapsedTime(lookedAt) > (transport.Failure is null ? BetweenLooks : Idle);

    /// <summary>
    /// Claims the next chunks with their events; deletes the published ones in the same transaction. Returns null when there is nothing to
    /// do.
    /// </summary>
    private async Task<Claim?> ClaimAsync(CancellationToken ct)
    {
        long[] published;
        lock (_gate)
        {
            published = [.. _published];
        }

        if (published.Length == 0
            && await db.ReadAsync(async s =>
            await s.FirstAsync("SELECT 1 FROM deliveries WHERE lane = $1 AND next_attempt_at <= $2 LIMIT 1", r => 1,
            transport.Name, await s.NowAsync()), ct) != 1)
        {
            return null;
        }

        var claimed = await db.WriteAsync(tx => ClaimAsync(tx, published), ct);
        lock (_gate)
        {
            _published.RemoveAll(published.Contains);
        }

        if (claimed.Count == 0)
        {
            return null;
        }

        var keys = claimed.SelectMany(c => EventIdBytes.Read(c.Events)).ToList();
        var events = await db.ReadAsync(s => EventTable.LoadAsync(s, keys), ct);
        return new Claim([.. claimed.Select(c => c.Position)], events);
    }

    private async Task<List<(long Position, byte[] Events)>> ClaimAsync(Tx tx, long[] published)
    {
        var batch = tx.Batch();
        if (published.Length > 0)
        {
            batch.Execute("DELETE FROM deliveries WHERE position {in $1}", published);
        }

        var now = batch.Now();
        await batch.RunAsync();
        var due = await tx.QueryAsync(
            $"SELECT position, events FROM deliveries WHERE lane = $1 AND next_attempt_at <= $2 ORDER BY position LIMIT {MaxChunks} "
            + $"{{skip locked}}",
            r => (Position: r.Long(0), Events: r.Bytes(1)), transport.Name, now.First);
        var (taken, size) = (new List<(long Position, byte[] Events)>(), 0);
        foreach (var chunk in due.TakeWhile(c => size == 0 || size + (c.Events.Length / EventIdBytes.Width) <= MaxEvents))
        {
            taken.Add(chunk);
            size += chunk.Events.Length / EventIdBytes.Width;
        }

        await LeaseAsync(tx, taken.Select(t => t.Position), now.First + options.Lease);
        return taken;
    }

    private async Task PublishAsync(Claim claim, CancellationToken ct)
    {
        try
        {
            var refused = await SendAsync(claim.Events, ct);
            if (refused.Count > 0)
            {
                await BuryAsync(refused);
            }

            MessagingMeter.Published.Add(claim.Events.Count - refused.Count, new KeyValuePair<string, object?>("broker", transport.Name));
            lock (_gate)
            {
                _published.AddRange(claim.Positions);
            }

            if (Interlocked.Exchange(ref _failures, 0) > 0)
            {
                log.LogInformation("{Broker} takes events again", transport.Name);
            }
        }
        catch (Exception e)
        {
            if (e is not OperationCanceledException && Interlocked.Increment(ref _failures) == 1)
            {
                log.LogWarning("Events wait for {Broker}: {Reason}", transport.Name, e.Message);
            }

            if (claim.Positions.Count == 0)
            {
                return;
            }

            try
            {
                await db.WriteAsync(async tx => await LeaseAsync(tx, claim.Positions, await tx.NowAsync()), CancellationToken.None);
            }
            catch (Exception late)
            {
                log.LogInformation("A claim could not be given back; it ends automatically: {Reason}", late.Message);
            }
        }
    }

    /// <summary>
    /// Publishes the events. Returns those that the broker will never accept, each with the reason. A refused set is halved until such an
    /// event is alone, so that the others are published, some of them twice.
    /// </summary>
    private async Task<List<(Event Event, string Reason)>> SendAsync(IReadOnlyList<Event> events, CancellationToken ct)
    {
        try
        {
            await transport.PublishAsync([.. events.Select(e => new Message(e.Type, e.Subject.ToString(), CloudEvent.Write(e)))], ct);
            return [];
        }
        catch (RefusedException e) when (events.Count == 1)
        {
            log.LogError("{Broker} refuses {Event} ({Type}), which is a dead letter now: {Reason}", transport.Name, events[0].Id,
                events[0].Type, e.Message);
            return [(events[0], e.Message)];
        }
        catch (RefusedException)
        {
            var half = events.Count / 2;
            return [.. await SendAsync([.. events.Take(half)], ct), .. await SendAsync([.. events.Skip(half)], ct)];
        }
    }

    private Task<int> BuryAsync(List<(Event Event, string Reason)> refused) => db.WriteAsync(async tx =>
    {
        var now = await tx.NowAsync();
        foreach (var (e, reason) in refused)
        {
            await DeadLetterStore.BuryAsync(tx, transport.Name, new EventKey(e.Subject, e.Sequence), reason, 1, now);
        }

        return refused.Count;
    });

    private static async Task LeaseAsync(Tx tx, IEnumerable<long> positions, DateTime until)
    {
        var ids = positions.ToArray();
        if (ids.Length > 0)
        {
            await tx.ExecuteAsync("UPDATE deliveries SET next_attempt_at = $2 WHERE position {in $1}", ids, until);
        }
    }

    private Task DeletePublishedAsync() => _published.Count == 0 ? Task.CompletedTask
        : db.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM deliveries WHERE position {in $1}", _published.ToArray()));

    private async Task PauseAsync(CancellationToken ct)
    {
        if (_failures > 0)
        {
            await Task.Delay(Retries.After(_failures), ct);
        }
    }
}

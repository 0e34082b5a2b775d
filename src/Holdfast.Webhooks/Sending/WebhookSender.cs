using System.Collections.Concurrent;
using System.Diagnostics;
using Holdfast.Identity.Secrets;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Webhooks.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Webhooks.Sending;

/// <summary>
/// Sends what is queued for endpoints. Any number of workers may run it: each claims a few deliveries of an endpoint by putting their next
/// try off, sends them outside any transaction, and notes what came of it. Each endpoint is worked on separately and for a few seconds at a
/// time, and only so many of one store at once, so those that hang or are slow leave room for the others. A worker that dies in between
/// lets them be sent once more: at least once, with the same <c>webhook-id</c>.
/// </summary>
internal sealed class WebhookSender(Db db, WebhookTransport transport, SecretBox box, ILogger<WebhookSender> log) : BackgroundService
{
    private const int StoreEndpointsAtOnce = 8;
    private const int DeliveriesAtOnce = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>So long after a stop the endpoints may still answer.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, (Guid Store, Task<int> Work)> _busy = new();

    /// <summary>The most endpoints that are worked on at once.</summary>
    internal int EndpointsAtOnce { get; init; } = 64;

    /// <summary>
    /// After so long an endpoint begins nothing more until it gets another turn: however much waits for it, others wait, too.
    /// </summary>
    internal TimeSpan Turn { get; init; } = TimeSpan.FromSeconds(5);

    private sealed record Due(Guid Id, EventKey Event, int Attempts);

    private sealed record Endpoint(string Url, byte[] Secret, bool IsSealed, DateTime? FailingSince);

    /// <summary>
    /// Sends what is due of every endpoint that nobody here is working on, and waits for it. Returns the number of tries.
    /// </summary>
    public async Task<int> SendOnceAsync(CancellationToken ct = default)
    {
        await BeginAsync(ct);
        return (await Task.WhenAll(_busy.Values.Select(b => b.Work))).Sum();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await new BackgroundLoop(async ct =>
        {
            await BeginAsync(ct);
            return Interval;
        }, ReportSearch).RunAsync(stoppingToken);
        await Task.WhenAll(_busy.Values.Select(b => b.Work));
    }

    private void ReportSearch(Exception e, int failures)
    {
        if (!db.NoteUnavailable(log, e))
        {
            log.LogError(e, "Looking for webhooks to send failed; it goes on");
        }
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        var due = await db.ReadAsync(async s =>
            await s.QueryAsync("SELECT e.id, e.store_id FROM webhook_endpoints e WHERE e.paused_at IS NULL AND EXISTS "
            + "(SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.status = 'pending' AND d.next_attempt_at <= $1)",
            r => (Id: r.Uuid(0), Store: r.Uuid(1)), await s.NowAsync()), ct);

        // In any order: where there are more than can be worked on at once, all get their turn.
        foreach (var (endpoint, store) in due.OrderBy(_ => Random.Shared.Next()))
        {
            if (_busy.Count >= EndpointsAtOnce)
            {
                return;
            }

            if (!_busy.ContainsKey(endpoint) && _busy.Values.Count(b => b.Store == store) < StoreEndpointsAtOnce)
            {
                // It begins when it is noted down, or it could end before.
                var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _busy[endpoint] = (store, WorkAsync(endpoint, start.Task, ct));
                start.SetResult();
            }
        }
    }

    /// <summary>What is due of one endpoint, until its turn is over or something fails.</summary>
    private async Task<int> WorkAsync(Guid endpoint, Task started, CancellationToken ct)
    {
        await started;
        var (tried, turn) = (0, Stopwatch.StartNew());
        try
        {
            bool goOn;
            do
            {
                (var some, goOn) = await SendSomeAsync(endpoint, ct);
                tried += some;
            }
            while (goOn && turn.Elapsed < Turn);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // What was not noted is sent once more, later.
        }
        catch (Exception e)
        {
            log.LogError(e, "Sending to the webhook endpoint {EndpointId} failed; it is tried again", endpoint);
        }
        finally
        {
            _busy.TryRemove(endpoint, out _);
        }

        return tried;
    }

    private async Task<(int Tried, bool GoOn)> SendSomeAsync(Guid id, CancellationToken ct)
    {
        var (endpoint, due, events) = await db.WriteAsync(tx => ClaimAsync(tx, id), ct);
        if (endpoint is null || due.Count == 0)
        {
            return (0, false);
        }

        var secret = WebhookSecrets.Open(box, id, endpoint.Secret, endpoint.IsSealed);
        using var end = new CancellationTokenSource();
        using var stopping = ct.Register(() => end.CancelAfter(Grace));
        var sent = await Task.WhenAll(due.Select(async d => (Due: d, Outcome: events.TryGetValue(d.Event, out var e)
            ? await TrySendAsync(endpoint.Url, secret, e, end.Token)
            : new Outcome(null, "event_gone", TimeSpan.Zero))));
        await db.WriteAsync(tx => NoteAsync(tx, id, sent), CancellationToken.None);
        ct.ThrowIfCancellationRequested();
        return (due.Count, due.Count == DeliveriesAtOnce && Array.TrueForAll(sent, s => s.Outcome?.Error is null));
    }

    /// <summary>What came of it; null where there was no time for an answer.</summary>
    private async Task<Outcome?> TrySendAsync(string url, byte[] secret, Event e, CancellationToken end)
    {
        try
        {
            return await transport.SendAsync(url, secret, e, end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<(Endpoint? Endpoint, List<Due> Due, Dictionary<EventKey, Event> Events)> ClaimAsync(Tx tx, Guid id)
    {
        var now = await tx.NowAsync();
        var batch = tx.Batch();
        var endpoint = batch.Query(
            "SELECT url, secret, is_sealed, failing_since FROM webhook_endpoints WHERE id = $1 AND paused_at IS NULL",
            r => new Endpoint(r.Text(0), r.Bytes(1), r.Bool(2), r.TimeOrNull(3)), id);
        var due = batch.Query(
            "SELECT id, subject, sequence, attempts FROM webhook_deliveries WHERE endpoint_id = $1 AND status = 'pending' AND "
            + $"next_attempt_at <= $2 ORDER BY next_attempt_at, id LIMIT {DeliveriesAtOnce} {{skip locked}}",
            r => new Due(r.Uuid(0), new EventKey(r.Uuid(1), r.Int(2)), r.Int(3) + 1), id, now);
        await batch.RunAsync();
        if (endpoint.Rows.Count == 0 || due.Rows.Count == 0)
        {
            await tx.RollbackAsync();
            return (null, [], []);
        }

        var rows = new RowSet("webhook_deliveries", new("id", ColumnType.Uuid), new("attempts", ColumnType.Int),
            new("next_attempt_at", ColumnType.Time));
        foreach (var d in due.Rows)
        {
            rows.Add(d.Id).Add(d.Attempts)
                .Add(now + Lease + (WebhookRetries.After(d.Attempts, Random.Shared.NextDouble()) ?? TimeSpan.Zero));
        }

        batch.ChangeEach(rows,
            "UPDATE webhook_deliveries SET attempts = {v.attempts}, next_attempt_at = {v.next_attempt_at} WHERE webhook_deliveries.id "
            + "= {v.id}");
        await batch.RunAsync();
        var events = await EventTable.LoadAsync(tx, due.Rows.ConvertAll(d => d.Event));
        return (endpoint.Rows[0], due.Rows, events.ToDictionary(e => new EventKey(e.Subject, e.Sequence)));
    }

    private async Task NoteAsync(Tx tx, Guid id, (Due Due, Outcome? Outcome)[] sent)
    {
        var batch = tx.Batch();
        // An endpoint is locked before its deliveries.
        var locked = batch.Query("SELECT paused_at, failing_since FROM webhook_endpoints WHERE id = $1 {lock}",
            r => (IsPaused: r.TimeOrNull(0) is not null, Since: r.TimeOrNull(1)), id);
        var clock = batch.Now();
        await batch.RunAsync();
        var now = clock.First;
        foreach (var (due, outcome) in sent)
        {
            if (outcome is null)
            {
                // Whoever runs next tries it at once.
                batch.Execute(
                    "UPDATE webhook_deliveries SET attempts = attempts - 1, next_attempt_at = $2 WHERE id = $1 AND status = 'pending' "
                    + "AND attempts = $3", due.Id, now, due.Attempts);
                continue;
            }

            var again = outcome.Error is null or "event_gone" ? null : WebhookRetries.After(due.Attempts, Random.Shared.NextDouble());
            // Unless somebody has asked for it again since: then it is sent once more.
            batch.Execute(
                "UPDATE webhook_deliveries SET status = $2, next_attempt_at = $3 WHERE id = $1 AND status = 'pending' AND attempts = $4",
                due.Id,
                outcome.Error is null ? "delivered" : again is null ? "failed" : "pending", now + (again ?? TimeSpan.Zero), due.Attempts);
            batch.Execute(
                "INSERT INTO webhook_attempts (id, delivery_id, endpoint_id, store_id, http_status, error, duration_ms, created_at) "
                + "SELECT $1, d.id, d.endpoint_id, d.store_id, $3{as int}, $4{as text}, $5, $6 FROM webhook_deliveries d WHERE d.id = $2",
                Guid.CreateVersion7(), due.Id, outcome.HttpStatus, outcome.Error, (int)outcome.Duration.TotalMilliseconds, now);
        }

        var answered = sent.Select(s => s.Outcome).OfType<Outcome>().Where(o => o.Error != "event_gone").ToList();
        if (answered.Exists(o => o.Error is null))
        {
            batch.Execute("UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL", id);
        }
        else if (answered.Count > 0 && locked.Rows is [{ IsPaused: false } endpoint])
        {
            Fail(tx, batch, id, endpoint.Since ?? now, answered, now);
        }

        await batch.RunAsync();
    }

    private void Fail(Tx tx, StatementBatch batch, Guid id, DateTime since, List<Outcome> answered, DateTime now)
    {
        var pauses = answered.Exists(o => WebhookRetries.Pauses(since, o.HttpStatus, now));
        batch.Execute("UPDATE webhook_endpoints SET failing_since = $2, paused_at = $3{as timestamptz} WHERE id = $1", id, since, pauses
            ? now : null);
        if (pauses)
        {
            tx.AfterCommit(() => log.LogWarning("The webhook endpoint {EndpointId} is paused: it has failed since {Since}", id, since));
        }
    }
}

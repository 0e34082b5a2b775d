using System.Security.Cryptography;
using System.Text;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Transports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders.Events;

/// <summary>
/// Handles the messages of other systems from <c>order_inbox</c>: payments that succeeded or failed, goods that cannot be had. Each message
/// runs the same commands as a request, with a key made from the message, so that its effect and the record of its handling are one commit;
/// only then is it acknowledged. A message that cannot be handled becomes a dead letter, and is tried again when somebody redrives it.
/// </summary>
public sealed class IncomingMessages(Db db, ChangeQueue queue, TransportSet transports, MessagingOptions options,
    ILogger<IncomingMessages> log)
    : BackgroundService
{
    private const string Actor = "order_inbox";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly Backoff Retries = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    /// <summary>The engine is busy or the database is away.</summary>
    private sealed class NotNowException(Error error) : Exception(error.English);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([.. transports.All.Select(t => ConsumeAsync(t, stoppingToken)), RedriveAsync(stoppingToken)]);

    private Task ConsumeAsync(ITransport transport, CancellationToken stopping)
    {
        var subscription = new Subscription(Topics.Inbox, "", options.Prefetch);
        BackgroundLoop? loop = null;
        loop = new BackgroundLoop(async ct =>
        {
            await transport.ConsumeAsync(subscription, new Subscriber(async messages =>
            {
                loop!.NoteSuccess();
                await HandleAsync(messages, ct);
            }), ct);
            return TimeSpan.Zero;
        }, (e, failures) =>
        {
            if (failures == 1)
            {
                log.LogWarning("Nothing comes in from {Broker} for now: {Reason}", transport.Name, e.Message);
            }
        });
        return loop.RunAsync(stopping);
    }

    /// <summary>Handles the messages. Those of one order are handled in order.</summary>
    private Task HandleAsync(IReadOnlyList<Message> messages, CancellationToken ct) =>
        Task.WhenAll(messages.GroupBy(m => IncomingMessage.Read(m.Type, m.Body).Message?.OrderId ?? Guid.Empty).Select(async group =>
        {
            foreach (var message in group)
            {
                await HandleAsync(message, ct);
            }
        }));

    /// <summary>
    /// Handles the message, or makes it a dead letter. While the engine is busy or the database is away, it tries without limit. After any
    /// other failure it tries a few times with growing pauses, because all later messages wait.
    /// </summary>
    private async Task HandleAsync(Message message, CancellationToken ct)
    {
        var (fault, failures, pauses) = (message.Poison, 0, 0);
        while (true)
        {
            try
            {
                fault ??= await FaultAsync(message);
                if (fault is not null)
                {
                    var id = DeadLetterStore.IdOf(DeadLetterStore.Inbox, [.. Encoding.UTF8.GetBytes(message.Type), .. message.Body]);
                    await DeadAsync(id, message, fault, Math.Max(failures, 1));
                }

                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                if (!Passes(e) && ++failures >= options.MaxAttempts)
                {
                    fault ??= Words(e);
                }
                else if (pauses == 0)
                {
                    log.LogWarning("A message of order_inbox cannot be handled now: {Reason}; it is tried again", e.Message);
                }

                pauses++;
            }

            await Task.Delay(Retries.After(pauses), ct);
        }
    }

    /// <summary>Whether the failure is transient, and so no reason to give the message up.</summary>
    private bool Passes(Exception e) => e is NotNowException || db.IsUnavailable(e);

    private static string Words(Exception e) => $"{e.GetType().Name}: {e.Message}";

    private async Task DeadAsync(Guid id, Message message, string fault, int attempts)
    {
        log.LogError("A message of order_inbox ({Type}) cannot be handled: {Reason}; it is a dead letter now", message.Type, fault);
        await db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            DeadLetterStore.Add(batch,
                new DeadLetter(id, DeadLetterStore.Inbox, null, null, message.Type, fault, message.Body, attempts, await tx.NowAsync()));
            await batch.RunAsync();
        });
    }

    /// <summary>
    /// Does what the message says, once. Returns the lasting reason why it cannot be done; null if it is done, or was done before.
    /// </summary>
    private async Task<string?> FaultAsync(Message message)
    {
        var (parsed, identity, fault) = IncomingMessage.Read(message.Type, message.Body);
        if (parsed is null)
        {
            return fault;
        }

        var storeId = await db.ReadAsync(s => s.FirstAsync("SELECT store_id FROM orders WHERE id = $1", r => r.Uuid(0), parsed.OrderId));
        if (storeId == Guid.Empty)
        {
            return $"there is no order {parsed.OrderId}";
        }

        OrderCommand? command = parsed switch
        {
            PaymentSucceeded p =>
                new PayCommand(p.OrderId, storeId, Actor, Guid.CreateVersion7(), p.Provider, p.TransactionId, p.Amount, p.Currency, null,
                null, null),
            PaymentFailed p => new FailPaymentCommand(p.OrderId, storeId, Actor, p.Currency, p.Reason),
            ReserveResult { Accepted: false } r => new CancelCommand(r.OrderId, storeId, Actor, r.Reason ?? "reservation_refused"),
            _ => null,
        };
        if (command is null)
        {
            return null;
        }

        var key = new IdempotencyKey(DeadLetterStore.IdOf(DeadLetterStore.Inbox, Encoding.UTF8.GetBytes(identity)),
            SHA256.HashData(message.Body));
        var error = (await queue.ChangeAsync(new ChangeRequest(command, key))).Error;
        return error is null || (command is CancelCommand && HasGivenBack(error)) ? null
            : error.Status == 503 ? throw new NotNowException(error)
            : error.Status >= 500 ? throw new InvalidOperationException($"{error.Code}: {error.English}")
            : $"{error.Code}: {error.English}";
    }

    /// <summary>The order holds no goods any more: what a refused reservation asks for has already happened.</summary>
    private static bool HasGivenBack(Error error) => error.Code == "illegal_transition"
        && error.Extensions?["from"] is "cancelled" or "expired";

    private Task RedriveAsync(CancellationToken stopping) => new BackgroundLoop(async ct =>
    {
        foreach (var letter in await DeadLetterStore.RedrivenAsync(db, DeadLetterStore.Inbox, ct))
        {
            await RedriveAsync(letter, ct);
        }

        return Pause;
    }, (e, _) =>
    {
        if (!db.NoteUnavailable(log, e))
        {
            log.LogWarning("Dead letters of order_inbox could not be tried again: {Reason}", e.Message);
        }
    }).RunAsync(stopping);

    /// <summary>
    /// Tries a dead letter once. If it succeeds, the dead letter is deleted; else it stays with the reason. Throws only transient failures:
    /// then it is tried again.
    /// </summary>
    private async Task RedriveAsync(DeadLetter letter, CancellationToken ct)
    {
        var message = new Message(letter.Type ?? "", "", letter.Payload);
        string? fault;
        try
        {
            fault = await FaultAsync(message);
        }
        catch (Exception e) when (!Passes(e))
        {
            fault = Words(e);
        }

        await (fault is null ? DeadLetterStore.DropAsync(db, letter.Id, ct) : DeadAsync(letter.Id, message, fault, 1));
    }
}

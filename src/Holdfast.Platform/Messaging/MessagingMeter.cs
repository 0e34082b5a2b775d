using System.Diagnostics.Metrics;

namespace Holdfast.Platform.Messaging;

/// <summary>The counters of the meter <c>Holdfast.Messaging</c>.</summary>
internal static class MessagingMeter
{
    public const string Name = "Holdfast.Messaging";

    private static readonly Meter Meter = new(Name);
    private static long _unrouted;

    /// <summary>Events that a broker has confirmed; by <c>broker</c>.</summary>
    public static readonly Counter<long> Published = Meter.CreateCounter<long>("holdfast.events.published");

    /// <summary>Messages that became dead letters; by <c>lane</c>.</summary>
    public static readonly Counter<long> Dead = Meter.CreateCounter<long>("holdfast.dead_letters");

    /// <summary>Mails and texts that a limit has stopped; by <c>limit</c>.</summary>
    public static readonly Counter<long> Dropped = Meter.CreateCounter<long>("holdfast.mails.dropped");

    static MessagingMeter() => Meter.CreateObservableGauge("holdfast.events.unrouted", () => Interlocked.Read(ref _unrouted));

    /// <summary>Sets the number of events in RabbitMQ's <c>order_events.unrouted</c>: the gauge reports the last value.</summary>
    public static void Unrouted(long count) => Interlocked.Exchange(ref _unrouted, count);
}

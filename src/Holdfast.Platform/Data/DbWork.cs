namespace Holdfast.Platform.Data;

/// <summary>
/// What statements are run for. Each kind has connections of its own: neither slow reads nor background work can take those that changes
/// need.
/// </summary>
public enum DbWork
{
    /// <summary>Sweeps, the relay, consumers, senders, commands: nobody waits for an answer within seconds.</summary>
    Background,

    /// <summary>Requests that only read.</summary>
    Reads,

    /// <summary>
    /// Requests that change something: what they do before and beside a batch. Callers get an answer within 5 s, so a statement has 3.
    /// </summary>
    Writes,

    /// <summary>Batches: placing and changing orders, reservations. They have as long as <see cref="Writes"/>.</summary>
    Batches,

    /// <summary>
    /// What a request that places an order does before and beside its batch: it reads the cart. Other changes, which may wait for busy
    /// rows, do not keep it waiting. It has as long as <see cref="Writes"/>.
    /// </summary>
    Placement,
}

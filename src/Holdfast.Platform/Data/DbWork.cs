namespace Holdfast.Platform.Data;

/// <summary>
/// The kinds of work that run statements. Each kind has connections of its own: neither slow reads nor background work can take connections
/// from changes.
/// </summary>
public enum DbWork
{
    /// <summary>Sweeps, the relay, consumers, senders and commands: nobody waits seconds for an answer.</summary>
    Background,

    /// <summary>Requests that only read.</summary>
    Reads,

    /// <summary>
    /// Requests that change something: their statements before and beside a batch. Callers get an answer within 5 s, so a statement has 3
    /// s.
    /// </summary>
    Writes,

    /// <summary>Batches: placing and changing orders, reservations. They have the time limits of <see cref="Writes"/>.</summary>
    Batches,

    /// <summary>
    /// The statements of a request that places an order, before and beside its batch: it reads the cart. Other changes, which may wait for
    /// busy rows, do not keep it waiting. It has the time limits of <see cref="Writes"/>.
    /// </summary>
    Placement,
}

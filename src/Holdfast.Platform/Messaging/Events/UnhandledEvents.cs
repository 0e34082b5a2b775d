using Holdfast.Platform.Data;

namespace Holdfast.Platform.Messaging.Events;

/// <summary>What a consumer has not handled of a subject's events; known once the batch has run.</summary>
public sealed class UnhandledEvents
{
    private readonly QueryResult<long> _inOutbox;
    private readonly QueryResult<long> _queued;
    private readonly QueryResult<int> _heard;

    internal UnhandledEvents(QueryResult<long> inOutbox, QueryResult<long> queued, QueryResult<int> heard) =>
        (_inOutbox, _queued, _heard) = (inOutbox, queued, heard);

    /// <summary>Whether anything is left.</summary>
    /// <param name="lastSequence">The sequence of the subject's last event, for consumers that a broker feeds.</param>
    public bool IsAny(int lastSequence) =>
        _inOutbox.First + _queued.First > 0 || _heard.Rows.Exists(sequence => sequence < lastSequence);
}

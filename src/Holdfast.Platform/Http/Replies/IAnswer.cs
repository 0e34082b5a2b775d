
namespace Holdfast.Platform.Http.Replies;

/// <summary>The answer to a command.</summary>
public interface IAnswer
{
    /// <summary>The body as JSON; empty if the answer has none.</summary>
    ReadOnlyMemory<byte> Body { get; }

    /// <summary>Whether the answer repeats that of an earlier request: nothing was changed now.</summary>
    bool Replayed { get; }

    /// <summary>The store of the changed resource, if the body does not name it.</summary>
    Guid? StoreId => null;
}

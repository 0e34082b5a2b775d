
namespace Holdfast.Platform.Http.Replies;

/// <summary>What came of a command, as it is answered.</summary>
public interface IAnswer
{
    /// <summary>JSON; empty where the answer has no body.</summary>
    ReadOnlyMemory<byte> Body { get; }

    /// <summary>Whether it only tells again what came of an earlier request: nothing was changed now.</summary>
    bool Replayed { get; }

    /// <summary>The store that it is about, where the body does not say so.</summary>
    Guid? StoreId => null;
}

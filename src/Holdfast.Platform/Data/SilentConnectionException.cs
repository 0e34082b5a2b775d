namespace Holdfast.Platform.Data;

/// <summary>The server has not answered a statement within its limit. The connection is abandoned, and the next one is new.</summary>
internal sealed class SilentConnectionException(TimeSpan limit)
    : DatabaseUnavailableException(FormattableString.Invariant($"the database has not answered for {limit.TotalSeconds:0.#} s"));

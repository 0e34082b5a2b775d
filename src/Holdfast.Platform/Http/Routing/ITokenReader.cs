namespace Holdfast.Platform.Http.Routing;

/// <summary>Turns a bearer token into a caller. Identity plugs its own in; tests plug in theirs.</summary>
public interface ITokenReader
{
    /// <summary>The caller, or null when the token is not valid (any more).</summary>
    ValueTask<Caller?> ReadAsync(string token);
}

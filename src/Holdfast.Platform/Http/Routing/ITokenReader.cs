namespace Holdfast.Platform.Http.Routing;

/// <summary>Turns a bearer token into a caller. Identity implements it; so do tests.</summary>
public interface ITokenReader
{
    /// <summary>Returns the caller, or null if the token is not valid, or no longer.</summary>
    ValueTask<Caller?> ReadAsync(string token);
}

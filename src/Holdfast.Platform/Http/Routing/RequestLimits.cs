
namespace Holdfast.Platform.Http.Routing;

/// <summary>What a request may take of the server before it is understood.</summary>
/// <param name="BodyWithin">The whole body must have arrived by then: the server's own limit is a rate, at which a megabyte may take an
/// hour.</param>
public sealed record RequestLimits(TimeSpan BodyWithin)
{
    public static readonly RequestLimits Default = new(TimeSpan.FromSeconds(30));
}


namespace Holdfast.Platform.Http.Routing;

/// <summary>What a request may use of the server before it is parsed.</summary>
/// <param name="BodyWithin">The time within which the whole body must arrive: the server's own limit is a rate, at which a megabyte may
/// take an hour.</param>
public sealed record RequestLimits(TimeSpan BodyWithin)
{
    public static readonly RequestLimits Default = new(TimeSpan.FromSeconds(30));
}

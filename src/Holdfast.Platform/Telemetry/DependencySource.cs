
namespace Holdfast.Platform.Telemetry;

/// <summary>
/// What else this process depends on, and can do without for a while; asked at each <c>/health</c>, so it answers from memory.
/// </summary>
public sealed record DependencySource(Func<IEnumerable<Dependency>> Ask);

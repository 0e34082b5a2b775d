using Holdfast.Tests.Fixtures;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(SlowFirst))]

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// Runs slow classes first, each part in the random order of the runner: one that began last would run alone while other threads have
/// nothing to do.
/// </summary>
public sealed class SlowFirst : ITestCollectionOrderer
{
    private const string Prefix = "Test collection for ";

    public IReadOnlyCollection<T> OrderTestCollections<T>(IReadOnlyCollection<T> testCollections) where T : Xunit.Sdk.ITestCollection =>
        [.. DefaultTestCollectionOrderer.Instance.OrderTestCollections(testCollections)
        .OrderBy(c => IsSlow(c.TestCollectionDisplayName) ? 0 : 1)];

    /// <summary>Each class is a collection of its own, whose name says so.</summary>
    private static bool IsSlow(string collection) => collection.StartsWith(Prefix, StringComparison.Ordinal)
        && typeof(SlowFirst).Assembly.GetType(collection[Prefix.Length..].Split(' ')[0]) is { } type
        && type.IsDefined(typeof(SlowAttribute), inherit: true);
}

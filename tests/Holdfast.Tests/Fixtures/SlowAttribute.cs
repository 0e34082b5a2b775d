using Xunit.v3;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// A class of tests that <c>./test --fast</c> leaves out: it kills or pauses something, starts processes or brokers, simulates for long, or
/// takes more than some seconds on a quiet machine. Derived classes are slow, too.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SlowAttribute : Attribute, ITraitAttribute
{
    public const string Trait = "Speed";
    public const string Value = "Slow";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Trait, Value)];
}

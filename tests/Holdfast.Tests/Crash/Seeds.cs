using System.Globalization;

namespace Holdfast.Tests.Crash;

/// <summary>Seeds of random tests: printed, and taken from HOLDFAST_SEED where one is to be seen again.</summary>
internal static class Seeds
{
    public static int Next()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HOLDFAST_SEED"), CultureInfo.InvariantCulture, out var given) ? given
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"HOLDFAST_SEED={seed}");
        return seed;
    }
}

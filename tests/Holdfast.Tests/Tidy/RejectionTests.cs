using System.Reflection;
using System.Text.RegularExpressions;
using Holdfast.Platform;

namespace Holdfast.Tests.Tidy;

/// <summary>Every rejection has a name, a code with one meaning for clients, and a sentence in each language.</summary>
public sealed partial class RejectionTests
{
    private static readonly Error Right = new(409, "out_of_paper", "There is no paper left.", "Không còn giấy.");

    [Fact]
    public void A_code_has_one_status() => Assert.Empty(All().GroupBy(e => e.Error.Code).Where(g => g.Select(e => e.Error.Status).Distinct().Count() > 1)
        .Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Name))}"));

    [Fact]
    public void Each_is_well_formed()
    {
        Assert.NotEmpty(All());
        Assert.Empty(All().SelectMany(e => Faults(e.Error).Select(fault => $"{e.Name}: {fault}")));
    }

    [Fact]
    public void The_rule_can_fail()
    {
        Assert.Empty(Faults(Right));
        Assert.All([Right with { Code = "OutOfPaper" }, Right with { Status = 200 }, Right with { English = "no paper" }, Right with { Vietnamese = "" },
            Right with { Vietnamese = Right.English }], wrong => Assert.NotEmpty(Faults(wrong)));
    }

    private static IEnumerable<string> Faults(Error error)
    {
        if (!Code().IsMatch(error.Code))
        {
            yield return "the code is not snake_case";
        }

        if (error.Status is < 400 or > 599)
        {
            yield return $"{error.Status} is no status of a rejection";
        }

        if (!Sentence().IsMatch(error.English) || !Sentence().IsMatch(error.Vietnamese) || error.English == error.Vietnamese)
        {
            yield return "each language has a sentence, with a capital and a full stop";
        }
    }

    private static IEnumerable<(string Name, Error Error)> All() => Server.Modules.Append(typeof(Server).Assembly).Distinct().SelectMany(a => a.GetTypes())
        .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(f => f.FieldType == typeof(Error)).Select(f => ($"{f.DeclaringType!.Name}.{f.Name}", (Error)f.GetValue(null)!));

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\p{Lu}.*[.!]$")]
    private static partial Regex Sentence();
}

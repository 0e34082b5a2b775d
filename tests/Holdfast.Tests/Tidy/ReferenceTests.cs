using System.Xml.Linq;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Tests.Tidy;

/// <summary>References point down only; the databases' drivers are known to Platform/Data alone.</summary>
public sealed class ReferenceTests
{
    /// <summary>What each project may refer to directly. A new project gets a line here, and a place in ARCHITECTURE.md.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Holdfast.Platform"] = [],
        ["Holdfast.Catalog"] = ["Holdfast.Platform"],
        ["Holdfast.Inventory"] = ["Holdfast.Platform", "Holdfast.Catalog"],
        ["Holdfast.Promotions"] = ["Holdfast.Platform"],
        ["Holdfast.Loyalty"] = ["Holdfast.Platform"],
        ["Holdfast.Identity"] = ["Holdfast.Platform"],
        ["Holdfast.Orders"] = ["Holdfast.Platform", "Holdfast.Catalog", "Holdfast.Inventory", "Holdfast.Promotions", "Holdfast.Loyalty",
            "Holdfast.Identity"],
        ["Holdfast.Payments"] = ["Holdfast.Platform", "Holdfast.Orders"],
        ["Holdfast.Carts"] = ["Holdfast.Platform", "Holdfast.Orders"],
        ["Holdfast.Notifications"] = ["Holdfast.Platform", "Holdfast.Orders"],
        ["Holdfast.Webhooks"] = ["Holdfast.Platform", "Holdfast.Identity"],
        ["Holdfast.Client"] = [],
        ["Holdfast.Web"] = ["Holdfast.Client"],
    };

    /// <summary>The executable puts everything together.</summary>
    private const string Executable = "Holdfast";

    private static readonly string[] Drivers = ["Npgsql", "Microsoft.Data.Sqlite", "SQLitePCLRaw", "SQLitePCL"];

    [Fact]
    public void Projects_refer_down_only() =>
        Tidy.Holds(Upwards, Repository.Files.Where(f => f.IsProduct && f.Path.EndsWith(".csproj", StringComparison.Ordinal)));

    [Fact]
    public void Only_Platform_knows_the_drivers() => Tidy.Holds(UsesDriver, Repository.Product);

    [Fact]
    public void Versions_are_in_one_place() =>
        Tidy.Holds(HasVersion, Repository.Files.Where(f => f.Path.EndsWith(".csproj", StringComparison.Ordinal)));

    [Fact]
    public void The_rules_can_fail()
    {
        Tidy.Finds(Upwards, "src/Holdfast.Catalog/Holdfast.Catalog.csproj",
            Project("<ProjectReference Include=\"../Holdfast.Orders/Holdfast.Orders.csproj\" />"),
            Project("<PackageReference Include=\"Npgsql\" />"));
        Tidy.Finds(Upwards, "src/Holdfast.Orders/Holdfast.Orders.csproj",
            Project("<ProjectReference Include=\"../Holdfast.Carts/Holdfast.Carts.csproj\" />"),
            Project("<ProjectReference Include=\"..\\Holdfast\\Holdfast.csproj\" />"));
        Tidy.Finds(Upwards, "src/Holdfast.Odd/Holdfast.Odd.csproj", Project(""));
        Tidy.Passes(Upwards, "src/Holdfast.Orders/Holdfast.Orders.csproj",
            Project("<ProjectReference Include=\"../Holdfast.Inventory/Holdfast.Inventory.csproj\" />"));
        Tidy.Passes(Upwards, "src/Holdfast/Holdfast.csproj",
            Project("<ProjectReference Include=\"../Holdfast.Orders/Holdfast.Orders.csproj\" />"));
        Tidy.Finds(UsesDriver, "src/Holdfast.Orders/X.cs", "using Npgsql;", "using Microsoft.Data.Sqlite;",
            "class X { object Y() => new Npgsql.NpgsqlConnection(); }");
        Tidy.Finds(UsesDriver, "src/Holdfast.Orders/X.cs", "using StackExchange.Redis;", "using RabbitMQ.Client;");
        Tidy.Finds(UsesDriver, "src/Holdfast.Platform/Messaging/X.cs", "using Confluent.Kafka;");
        Tidy.Passes(UsesDriver, "src/Holdfast.Orders/X.cs", "// using Npgsql;\nusing System;");
        Tidy.Passes(UsesDriver, "src/Holdfast.Platform/Data/X.cs", "using Npgsql;");
        Tidy.Finds(HasVersion, "src/X/X.csproj", Project("<PackageReference Include=\"FsCheck\" Version=\"3.6.0\" />"));
    }

    private static string Project(string item) => $"<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>{item}</ItemGroup></Project>";

    private static IEnumerable<Finding> Upwards(SourceFile file)
    {
        var name = Path.GetFileNameWithoutExtension(file.Path);
        var project = XDocument.Parse(file.Text);
        var packages = project.Descendants("PackageReference").Select(p => (string?)p.Attribute("Include") ?? "");
        if (name != "Holdfast.Platform")
        {
            foreach (var package in packages.Where(p => Drivers.Any(d => p.StartsWith(d, StringComparison.Ordinal))))
            {
                yield return new Finding(file.Path, 1, $"{name} refers to the driver {package}");
            }
        }

        if (name == Executable)
        {
            yield break;
        }

        if (!Allowed.TryGetValue(name, out var allowed))
        {
            yield return new Finding(file.Path, 1, $"{name} has no place among the projects yet");
            yield break;
        }

        foreach (var reference in project.Descendants("ProjectReference")
            .Select(p => Path.GetFileNameWithoutExtension(((string?)p.Attribute("Include") ?? "").Replace('\\', '/'))))
        {
            if (!allowed.Contains(reference))
            {
                yield return new Finding(file.Path, 1, $"{name} may not refer to {reference}");
            }
        }
    }

    private static IEnumerable<Finding> UsesDriver(SourceFile file) => file.Root.DescendantNodes().OfType<IdentifierNameSyntax>()
        .Where(id => (id.Parent is UsingDirectiveSyntax or QualifiedNameSyntax or MemberAccessExpressionSyntax)
        && HomeOf(id.Identifier.Text) is { } home
            && !file.Path.StartsWith(home, StringComparison.Ordinal))
        .Select(id => file.Found(id, $"uses {id}: only {HomeOf(id.Identifier.Text)} knows it"));

    private static string? HomeOf(string driver) => driver switch
    {
        "Npgsql" or "Sqlite" or "SQLitePCL" => "src/Holdfast.Platform/Data/",
        "StackExchange" => "src/Holdfast.Platform/",
        "RabbitMQ" or "Confluent" => "src/Holdfast.Platform/Messaging/Transports/",
        _ => null,
    };

    private static IEnumerable<Finding> HasVersion(SourceFile file) => XDocument.Parse(file.Text).Descendants("PackageReference")
        .Where(p => p.Attribute("Version") is not null)
        .Select(p => new Finding(file.Path, 1, $"{(string?)p.Attribute("Include")} has a version; they are in Directory.Packages.props"));
}

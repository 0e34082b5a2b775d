using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Tests.Tidy;

/// <summary>Folders named Core hold pure decisions: no I/O, no clock, no randomness, nothing asynchronous, no SQL.</summary>
public sealed partial class CoreTests
{
    private static readonly string[] Namespaces =
    [
        "System.IO", "System.Net", "System.Data", "System.Threading", "System.Security.Cryptography", "Npgsql", "Microsoft", "SQLitePCL",
        "Holdfast.Platform.Data", "Holdfast.Platform.Http", "Holdfast.Platform.Telemetry", "Spectre", "CsvHelper",
    ];

    private static readonly HashSet<string> Names =
    [
        // I/O
        "File", "Directory", "FileInfo", "DirectoryInfo", "FileStream", "StreamReader", "StreamWriter", "Console", "Process", "Environment",
            "Socket", "HttpClient",
        "HttpContext", "Request", "Reply", "ILogger", "Db", "Tx", "Session", "RowSet", "StatementBatch", "IServiceProvider", "Thread",
        // the clock
        "TimeProvider", "Stopwatch",
        // randomness; a seeded Random that is handed in, like now, is none
        "RandomNumberGenerator",
        // asynchronous work
        "Task", "ValueTask", "Parallel", "CancellationToken", "SemaphoreSlim", "Timer",
    ];

    [Fact]
    public void Core_is_pure() => Tidy.Holds(Impure, Repository.Product.Where(f => f.Path.Contains("/Core/", StringComparison.Ordinal)));

    [Fact]
    public void The_rule_can_fail()
    {
        Tidy.Finds(Impure, "src/M/Core/X.cs",
            "using Holdfast.Platform.Data;", "using System.IO;", "using Microsoft.Extensions.Logging;",
            "class X { long T() => System.Diagnostics.Stopwatch.GetTimestamp(); }",
            "class X { object T() => DateTime.UtcNow; }", "class X { object T() => DateTime.Now; }",
            "class X { object T() => Guid.CreateVersion7(); }", "class X { object T() => Random.Shared.Next(); }",
            "class X { object T() => new Random(); }",
            "class X { string T() => File.ReadAllText(\"x\"); }", "class X { async void T() { } }",
            "class X { Task T() => null!; }", "class X { const string Q = \"SELECT a FROM b\"; }",
            "class X { const string Q = $\"UPDATE {T} SET x\"; }",
            "class X { void T(Db db) { } }");
        Tidy.Passes(Impure, "src/M/Core/X.cs",
            "using Holdfast.Platform;\n// Task, File, DateTime.UtcNow, SELECT a FROM b\nclass X { string S => \"a File or a Task\"; "
            + "DateTime Now(DateTime now) => now; }",
            "class X { object T(Y y) => y.Expiry.Request; }", "record X(string File) { string T => $\"{File}\"; }",
            "class X { int T(Random random) => random.Next(); }");
    }

    private static IEnumerable<Finding> Impure(SourceFile file)
    {
        foreach (var node in file.Root.DescendantNodes())
        {
            var what = node switch
            {
                UsingDirectiveSyntax { Name: { } name }
                    when Namespaces.Any(n => $"{name}.".StartsWith($"{n}.", StringComparison.Ordinal)) => $"uses {name}",
                // A member of a thing of one's own may have any name, unless it is the clock.
                IdentifierNameSyntax { Parent: MemberAccessExpressionSyntax access } id when access.Name == id => IsClock(access)
                    ? $"reads {access}" : null,
                SimpleNameSyntax id when Names.Contains(id.Identifier.Text) && NamesType(id) => $"names {id.Identifier.Text}",
                IdentifierNameSyntax
                {
                    Identifier.Text: "Random", Parent: MemberAccessExpressionSyntax
                    or ObjectCreationExpressionSyntax
                } => "makes its own randomness",
                LiteralExpressionSyntax literal when Sql().IsMatch(literal.Token.Text) => "holds SQL",
                InterpolatedStringExpressionSyntax text when Sql().IsMatch(text.ToString()) => "holds SQL",
                _ => null,
            };
            if (what is not null)
            {
                yield return file.Found(node, what);
            }
        }

        foreach (var token in file.Root.DescendantTokens()
            .Where(t => t.IsKind(SyntaxKind.AsyncKeyword) || t.IsKind(SyntaxKind.AwaitKeyword)))
        {
            yield return file.Found(token, "is asynchronous");
        }
    }

    // A property or parameter of the same name is no type.
    private static bool NamesType(SimpleNameSyntax id) => id.Parent is MemberAccessExpressionSyntax access ? access.Expression == id
        : id.Parent is TypeSyntax and not QualifiedNameSyntax or TypeArgumentListSyntax or ParameterSyntax or VariableDeclarationSyntax
        or BaseTypeSyntax
            or MemberDeclarationSyntax or LocalFunctionStatementSyntax or ObjectCreationExpressionSyntax or CastExpressionSyntax
            or TypeOfExpressionSyntax
            or DeclarationPatternSyntax or TypePatternSyntax;

    private static bool IsClock(MemberAccessExpressionSyntax access) => access.Name.Identifier.Text switch
    {
        "UtcNow" or "NewGuid" or "CreateVersion7" or "GetTimestamp" or "TickCount64" => true,
        "Now" or "Today" => access.Expression.ToString() is "DateTime" or "DateTimeOffset" or "System.DateTime" or "System.DateTimeOffset",
        _ => false,
    };

    [GeneratedRegex(@"\b(SELECT\s.*\bFROM|INSERT INTO|UPDATE\s+\S+\s+SET|DELETE FROM)\b", RegexOptions.Singleline)]
    private static partial Regex Sql();
}

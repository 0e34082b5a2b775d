using Holdfast.Tests.Fixtures;
using Xunit.Runner.InProc.SystemConsole;

namespace Holdfast.Tests;

/// <summary>Runs the tests; or, as a child of one of them, the part of a second process (see <see cref="SecondProcess"/>).</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) =>
        args is [SecondProcess.Word, .. var rest] ? SecondProcess.MainAsync(rest)
        : args is [PostgresServer.Word] ? PostgresServer.MainAsync()
        : ConsoleRunner.Run(args);
}

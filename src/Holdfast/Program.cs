using System.CommandLine;
using Holdfast.Commands;
using Holdfast.Commands.Drill;
using Holdfast.Commands.Olist;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast;

/// <summary>The command line. Exit codes: 0 done, 1 a finding (broken invariant, refused rows), 2 it could not start.</summary>
internal static class Program
{
    public const int CannotStart = 2;

    private static async Task<int> Main(string[] args)
    {
        PrivateFiles.BeTheDefault();
        var serve = Serve.Command();
        var parsed = Root(serve).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return await parsed.InvokeAsync() == 0 ? 0 : CannotStart;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // The server handles its signals itself; other commands are told by their token and end at a place of their choice.
                ProcessTerminationTimeout = parsed.CommandResult.Command == serve ? null : TimeSpan.FromSeconds(10),
            });
        }
        catch (StartupException e)
        {
            await Console.Error.WriteLineAsync($"holdfast: {e.Message}");
            return CannotStart;
        }
        catch (Exception e) when (DatabaseFailure.Line(e) is { } line)
        {
            await Console.Error.WriteLineAsync($"holdfast: DATABASE_URL: {line}");
            return CannotStart;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("holdfast: interrupted");
            return 130;
        }
    }

    /// <summary>All commands.</summary>
    internal static RootCommand Root(Command serve) => new("Holdfast: orders that never oversell.")
    {
        serve, Migrate.Command(), UserCreate.Command(), Keys.Command(), Import.Command(), Export.Command(), ReplayCommand.Command(),
            DrillCommand.Command(), Verify.Command(),
        DeadLettersCommand.Command(), LanesCommand.Command(),
    };
}

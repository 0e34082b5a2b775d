using System.CommandLine;
using Holdfast.Commands.Shop;
using Holdfast.Platform.Data;

namespace Holdfast.Commands;

/// <summary>
/// <c>verify</c>: every invariant of every module, beside working servers if need be. Exit code 1 and the rows where one is broken.
/// <c>--repair</c> first recomputes what can be recomputed from ledgers, and prints what it changed.
/// </summary>
internal static class Verify
{
    public static Command Command()
    {
        var repair = new Option<bool>("--repair") { Description = "Recompute balances from their ledgers first; print what changes." };
        var command = Database.ReadingCommand("verify", "Check every invariant; exit 1 and the rows where one is broken.",
            (parsed, db, ct) => RunAsync(db, parsed.GetValue(repair), Console.Out, ct));
        command.Options.Add(repair);
        return command;
    }

    /// <summary>The exit code.</summary>
    public static async Task<int> RunAsync(Db db, bool withRepairs, TextWriter output, CancellationToken ct = default)
    {
        var checking = "the file";
        var progress = new Progress("verify", Server.Invariants.Count) { Note = () => Volatile.Read(ref checking), IsBrief = true };
        IReadOnlyList<Finding> findings = [];

        // On a thread of its own: SQLite's calls return when they are done, and somebody has to show how far it is.
        await progress.ShowAsync(() => Task.Run(async () =>
        {
            if (await Verification.DamageAsync(db, ct) is { } damage)
            {
                throw new StartupException($"DATABASE_URL: {DatabaseFailure.Damaged(damage)}");
            }

            foreach (var repair in withRepairs ? Server.Repairs : [])
            {
                Volatile.Write(ref checking, $"repair {repair.Name}");
                await RepairAsync(db, repair, output, ct);
            }

            findings = await Verification.RunAsync(db, Server.Invariants, invariant =>
            {
                progress.Add();
                Volatile.Write(ref checking, invariant.Name);
            }, ct);
        }, ct));
        await ReportAsync(findings, output);
        return findings.Count == 0 ? 0 : 1;
    }

    private static async Task RepairAsync(Db db, Repair repair, TextWriter output, CancellationToken ct)
    {
        foreach (var line in await Verification.RepairAsync(db, repair, ct))
        {
            await output.WriteLineAsync($"repair {repair.Name}: {line}");
        }
    }

    private static async Task ReportAsync(IReadOnlyList<Finding> findings, TextWriter output)
    {
        foreach (var finding in findings)
        {
            await output.WriteLineAsync($"broken {finding.Name}: {finding.Rows.Count} rows{(finding.HasMore ? " and more" : "")}");
            foreach (var row in finding.Rows)
            {
                await output.WriteLineAsync($"  {row}");
            }
        }

        await output.WriteLineAsync(findings.Count == 0 ? $"verify: {Server.Invariants.Count} checks, nothing to report"
            : $"verify: {Server.Invariants.Count} checks, {findings.Count} broken");
    }
}

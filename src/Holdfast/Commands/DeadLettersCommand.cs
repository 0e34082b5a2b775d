using System.CommandLine;
using System.Globalization;
using System.Text;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeadLetters;

namespace Holdfast.Commands;

/// <summary>
/// <c>dead-letters list|redrive ID|redrive-all LANE|drop ID</c>: what could not be handled. Exit code 1 where there is no such one, or
/// nothing could come of it.
/// </summary>
internal static class DeadLettersCommand
{
    private const int MaxShown = 1000;

    public static Command Command() => new("dead-letters", "What could not be handled: list it, try it again, or drop it.")
    {
        Database.ReadingCommand("list", "List them, the newest first.", (_, db, ct) => ListAsync(db, Console.Out, ct)),
        ById("redrive", "Have one tried again.", DeadLetterStore.RedriveAsync),
        RedriveAll(),
        ById("drop", "Give one up for good.", DeadLetterStore.DropAsync),
    };

    private static async Task<int> ListAsync(Db db, TextWriter output, CancellationToken ct)
    {
        var letters = await DeadLetterStore.NewestAsync(db, MaxShown + 1, ct);
        foreach (var l in letters.Take(MaxShown))
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{l.Id} {l.CreatedAt:yyyy-MM-dd HH:mm:ss} {l.Lane} {l.Type ?? "?"} after {l.Attempts} tries: {l.Reason}\n  "
                + $"{Harmless(Encoding.UTF8.GetString(l.Payload).ReplaceLineEndings(" "))}"));
        }

        await output.WriteLineAsync(letters.Count > MaxShown ? $"The newest {MaxShown} dead letters." : $"{letters.Count} dead letters.");
        return 0;
    }

    /// <summary>
    /// Anybody may have sent it: what would steer the terminal, or turn the direction of what follows, is shown as its number.
    /// </summary>
    private static string Harmless(string text) => string.Concat(text.Select(c =>
        char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator
            ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : c.ToString()));

    private static Command RedriveAll()
    {
        var lane = new Argument<string>("lane") { Description = "As list shows it: a consumer, a broker, order_inbox or mails." };
        var command = Database.ReadingCommand("redrive-all", "Have all of a lane tried again.", async (parsed, db, ct) =>
        {
            var (redriven, refused) = await DeadLetterStore.RedriveAllAsync(db, parsed.GetValue(lane)!, ct);
            await Console.Out.WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture,
                $"{redriven} are tried again{(refused == 0 ? "" : $"; nothing can come of {refused} more: drop them")}."));
            return redriven > 0 ? 0 : 1;
        });
        command.Arguments.Add(lane);
        return command;
    }

    private static Command ById(string name, string description, Func<Db, Guid, CancellationToken, Task<Error?>> run)
    {
        var id = new Argument<Guid>("id") { Description = "As list shows it." };
        var command = Database.ReadingCommand(name, description, async (parsed, db, ct) =>
        {
            var refusal = await run(db, parsed.GetValue(id), ct);
            await Console.Out.WriteLineAsync(refusal is null ? "Done." : refusal.English);
            return refusal is null ? 0 : 1;
        });
        command.Arguments.Add(id);
        return command;
    }
}

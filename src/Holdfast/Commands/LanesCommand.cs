using System.CommandLine;
using System.Globalization;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeliveryQueues;

namespace Holdfast.Commands;

/// <summary><c>lanes list|drop NAME</c>: who gets events, and what waits for whom. Exit code 1 where there is no such broker.</summary>
internal static class LanesCommand
{
    public static Command Command()
    {
        var name = new Argument<string>("name") { Description = "rabbitmq or kafka." };
        var drop = Database.ReadingCommand("drop",
            "A broker gets no more events, and what waits for it is given up. Stop the processes that have its address first.",
            async (parsed, db, ct) =>
        {
            var refusal = await DeliveryQueueStore.DropAsync(db, parsed.GetValue(name)!, ct);
            await Console.Out.WriteLineAsync(refusal is null ? "Done." : refusal.English);
            return refusal is null ? 0 : 1;
        });
        drop.Arguments.Add(name);
        return new Command("lanes", "Who gets events, and what waits for whom: list it, or drop a broker that is gone for good.")
        {
            Database.ReadingCommand("list", "List them.", (_, db, ct) => ListAsync(db, Console.Out, ct)), drop,
        };
    }

    private static async Task<int> ListAsync(Db db, TextWriter output, CancellationToken ct)
    {
        foreach (var queue in await DeliveryQueueStore.AllAsync(db, ct))
        {
            var waiting = queue.Since is { } since
                ? string.Create(CultureInfo.InvariantCulture, $"{queue.Events} events since {since:yyyy-MM-dd HH:mm:ss}") : "nothing waits";
            var transport = DeliveryQueueStore.IsBroker(queue.Name) ? "" : $" by {queue.Transport}";
            await output.WriteLineAsync($"{queue.Name}{transport}: {waiting}"
                + (queue.BehindSince is { } behind
                ? string.Create(CultureInfo.InvariantCulture, $"; to catch up since {behind:yyyy-MM-dd HH:mm:ss}") : ""));
        }

        return 0;
    }
}

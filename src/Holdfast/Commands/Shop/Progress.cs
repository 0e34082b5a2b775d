using Spectre.Console;

namespace Holdfast.Commands.Shop;

/// <summary>How far a long command is: a bar on a terminal, a plain line every few seconds elsewhere.</summary>
internal sealed class Progress(string what, long total)
{
    private static readonly TimeSpan BarPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(5);

    private long _done;

    /// <summary>What is shown beside the count, e.g. how many were refused so far.</summary>
    public Func<string> Note { get; init; } = () => "";

    /// <summary>Off a terminal, work that ends within the first seconds writes no line.</summary>
    public bool IsBrief { get; init; }

    public long Done => Interlocked.Read(ref _done);

    public void Add(long count = 1) => Interlocked.Add(ref _done, count);

    /// <summary>Does the work and shows how far it is.</summary>
    public async Task ShowAsync(Func<Task> work)
    {
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
        {
            await LinesAsync(work());
            return;
        }

        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
            new RemainingTimeColumn())
            .StartAsync(async board =>
            {
                var bar = board.AddTask(Markup.Escape(what), maxValue: Math.Max(1, total));
                var running = work();
                while (await Task.WhenAny(running, Task.Delay(BarPeriod)) != running)
                {
                    (bar.Value, bar.Description) = (Done, Markup.Escape($"{what} {Note()}"));
                }

                (bar.Value, bar.Description) = (Done, Markup.Escape($"{what} {Note()}"));
                await running;
            });
    }

    private async Task LinesAsync(Task running)
    {
        while (await Task.WhenAny(running, Task.Delay(LinePeriod)) != running)
        {
            Console.WriteLine($"{what}: {Done} of {total} {Note()}".TrimEnd());
        }

        if (!IsBrief)
        {
            Console.WriteLine($"{what}: {Done} of {total} {Note()}".TrimEnd());
        }

        await running;
    }
}

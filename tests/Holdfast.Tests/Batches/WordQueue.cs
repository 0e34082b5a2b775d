using System.Collections.Concurrent;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Batches;

internal sealed record Word(Guid Id, string Text, Action? Decide = null);

/// <summary>A batch queue that stores words; the outcome is the word in capitals. An empty word is a rejection.</summary>
internal sealed class WordQueue(Db db, string table, ILogger log, int stores = 1, int capacity = 10_000, int maxBatch = 500)
    : BatchQueue<Word, string>(db, log, stores, capacity, maxBatch)
{
    public static readonly Error Empty = new(422, "empty_word", "A word has letters.", "Một từ phải có chữ.");

    public ConcurrentQueue<int> Attempts { get; } = new();

    /// <summary>Awaited at the start of each attempt.</summary>
    public Func<IReadOnlyList<Word>, Task> Gate { get; set; } = _ => Task.CompletedTask;

    /// <summary>Run after the commit.</summary>
    public Action After { get; set; } = () => { };

    public TimeSpan GivesUpAfter { get; set; } = TimeSpan.FromSeconds(20);

    protected override TimeSpan Patience => GivesUpAfter;

    protected override async Task<Result<string>[]> AttemptAsync(IReadOnlyList<Word> commands, BatchAttempt<string> attempt)
    {
        Attempts.Enqueue(commands.Count);
        await Gate(commands);
        await using var tx = await Db.BeginAsync();
        var batch = tx.Batch();
        var rows = new RowSet(table, new("id", ColumnType.Uuid), new("word", ColumnType.Text));
        var outcomes = new Result<string>[commands.Count];
        for (var i = 0; i < commands.Count; i++)
        {
            var command = commands[i];
            command.Decide?.Invoke();
            if (command.Text.Length == 0)
            {
                outcomes[i] = Empty;
                continue;
            }

            rows.Add(command.Id).Add(command.Text);
            tx.Invalidate(command.Text);
            outcomes[i] = command.Text.ToUpperInvariant();
        }

        batch.Insert(rows);
        await batch.RunAsync();
        await attempt.CommitAsync(tx, outcomes);
        After();
        return outcomes;
    }
}

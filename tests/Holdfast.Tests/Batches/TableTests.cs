using Holdfast.Platform.Data;

namespace Holdfast.Tests.Batches;

public sealed class TableTests
{
    private static readonly Table<Item> Items = new("items", "i",
        Table<Item>.Column("id", i => i.Id).Key(),
        Table<Item>.Column("lost", i => i.Lost).Changes().Later(),
        Table<Item>.Column("ended_at", i => i.EndedAt).Changes().Later());

    [Fact]
    public void Rows_that_say_nothing_later_are_inserted_without_its_columns()
    {
        var rows = Items.Rows([new Item(1, 0, null), new Item(2, 0, null)]);
        Assert.Equal(["id"], rows.Columns.Select(c => c.Name));
        Assert.Equal(2, rows.Count);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(0, true)]
    public void One_row_that_says_something_is_inserted_whole_and_so_are_those_beside_it(long lost, bool hasEnded)
    {
        var rows = Items.Rows([new Item(1, 0, null), new Item(2, lost, hasEnded ? DateTime.UnixEpoch : null)]);
        Assert.Equal(["id", "lost", "ended_at"], rows.Columns.Select(c => c.Name));
        Assert.Equal(2, rows.Count);
    }

    private sealed record Item(int Id, long Lost, DateTime? EndedAt);
}

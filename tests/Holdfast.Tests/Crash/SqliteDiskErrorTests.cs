using System.Text.Json;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>
/// The disk under SQLite refuses to write (SQLITE_IOERR). What a transaction has changed is in memory until its COMMIT, and so it is the
/// COMMIT that fails: nobody may be told that it was done, and nobody that it was not.
/// </summary>
public sealed class SqliteDiskErrorTests
{
    private const ulong Frame = 4096 + 24;

    [Fact]
    public async Task While_nothing_can_be_written_callers_are_told_to_repeat_and_then_it_goes_on()
    {
        await using var test = await TestDb.CreateAsync(Backend.Sqlite);
        await using var server = await StartAsync(test.Url);
        var shop = new NotNowShop(server, await Shop.CreateAsync(test.Db, 1_000_000), test.Db);
        await shop.GoThroughAsync(async () =>
        {
            Shell.LimitFileSize(server.Id, 0);
            var first = await shop.OrderAsync();
            Assert.True(first.IsNotNow && first.Text.Contains("\"outcome_unknown\"", StringComparison.Ordinal),
                $"{first}\n{shop.LastLines}");
        }, () => WriteAgainAsync(server), "disk I/O error");
        await (await EachChange.StartAsync(server, test.Db)).GoThroughAsync(() =>
        {
            Shell.LimitFileSize(server.Id, 0);
            return Task.CompletedTask;
        }, () => WriteAgainAsync(server));
        await Audit.VerifyAsync(test.Db);
    }

    /// <summary>
    /// The disk takes some of the pages of a COMMIT, all but the last or none; the process is killed before anybody has tried again.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task After_a_crash_an_order_whose_pages_were_written_in_part_is_placed_once_by_whoever_repeats_it(ulong pages)
    {
        await using var test = await TestDb.CreateAsync(Backend.Sqlite);
        var shop = await Shop.CreateAsync(test.Db, 1_000);
        const string key = "in part";
        var file = test.Url["sqlite:".Length..];
        await using (var server = await StartAsync(test.Url))
        {
            // From here on the end of the log is where the next COMMIT writes.
            await Until.TrueAsync("the log is empty", async () => await shop.CountAsync("PRAGMA wal_checkpoint(TRUNCATE)") == 0);
            Assert.Equal(201, (await SendAsync(server, shop, "before")).Status);
            Shell.LimitFileSize(server.Id, (ulong)new FileInfo($"{file}-wal").Length + (pages * Frame));
            var told = await SendAsync(server, shop, key);
            Assert.True(told.IsNotNow, $"{told}\n{server.Output}");
            await server.KillAsync();
        }

        // A machine that was switched off knows what is in the two files, and nothing else.
        var copy = Directory.CreateTempSubdirectory("holdfast-copy-");
        File.Copy(file, $"{copy.FullName}/shop.db");
        File.Copy($"{file}-wal", $"{copy.FullName}/shop.db-wal");
        await AssertPlacedOnceAsync($"sqlite:{copy.FullName}/shop.db", shop, key);
        copy.Delete(recursive: true);
    }

    private static async Task AssertPlacedOnceAsync(string url, Shop shop, string key)
    {
        await using var server = await StartAsync(url);
        var placed = await SendAsync(server, shop, key);
        Assert.True(placed.Status == 201, $"{placed}");
        var id = JsonDocument.Parse(placed.Text).RootElement.GetProperty("id").GetGuid();
        await using var db = Db.Open(url);
        var orders = await db.ReadAsync(s => s.QueryAsync("SELECT id FROM orders WHERE store_id = $1", r => r.Uuid(0), shop.StoreId));
        Assert.Equal(2, orders.Count);
        Assert.Contains(id, orders);
        await Audit.VerifyAsync(db);
    }

    /// <summary>A server whose only writes are those that it is asked for.</summary>
    private static Task<ServerProcess> StartAsync(string url) =>
        ServerProcess.StartOnFailingDiskAsync(url, AdminSession.Settings, "--roles", "api");

    private static Task WriteAgainAsync(ServerProcess server)
    {
        Shell.LimitFileSize(server.Id, null);
        return Task.CompletedTask;
    }

    private static async Task<Told> SendAsync(ServerProcess server, Shop shop, string key)
    {
        var (status, body, response) = await shop.OrderAsync(server.Client, key: key);
        using (response)
        {
            return Told.Of(status, body, response);
        }
    }
}

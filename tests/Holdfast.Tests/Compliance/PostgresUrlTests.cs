using Holdfast.Platform.Data;
using Holdfast.Platform.Data.Postgres;
using Holdfast.Tests.Fixtures;
using Npgsql;

namespace Holdfast.Tests.Compliance;

/// <summary>What a <c>postgres://</c> address may say beside the server, and what it may not take away.</summary>
public sealed class PostgresUrlTests
{
    private const string Address = "postgres://me@127.0.0.1:5432/shop";
    private static readonly string[] Guarded =
        ["lock_timeout", "idle_in_transaction_session_timeout", "statement_timeout", "tcp_user_timeout", "enable_seqscan", "jit"];

    [Theory]
    [InlineData("Nonsense=1", "Nonsense")]
    [InlineData("Timeout=soon", "Timeout")]
    [InlineData("Timeout=", "Timeout")]
    [InlineData("Timeout=0", "Timeout")]
    [InlineData("Command%20Timeout=0", "Command Timeout")]
    [InlineData("commandtimeout=-1", "commandtimeout")]
    [InlineData("Internal%20Command%20Timeout=0", "Internal Command Timeout")]
    [InlineData("Timeout=5&timeout=6", "timeout")]
    [InlineData("Command%20Timeout=5&CommandTimeout=6", "CommandTimeout")]
    [InlineData("Options=-c%20jit%3Don&Options=-c%20lock_timeout%3D1s", "Options")]
    [InlineData("Host=elsewhere", "Host")]
    [InlineData("port=1", "port")]
    [InlineData("Database=other", "Database")]
    [InlineData("Username=other", "Username")]
    [InlineData("Password=secret", "Password")]
    [InlineData("Multiplexing=true", "Multiplexing")]
    [InlineData("Pooling=false", "Pooling")]
    [InlineData("Enlist=true", "Enlist")]
    [InlineData("NoResetOnClose=false", "NoResetOnClose")]
    [InlineData("Maximum%20Pool%20Size=5", "Maximum Pool Size")]
    [InlineData("MaxPoolSize=0", "Maximum Pool Size")]
    public void An_option_that_cannot_be_is_told_in_one_line(string options, string name)
    {
        var e = Assert.Throws<StartupException>(() => PostgresUrl.ConnectionString($"{Address}?{options}", isPatient: false));
        Assert.StartsWith("DATABASE_URL: ", e.Message, StringComparison.Ordinal);
        Assert.Contains($"'{name}'", e.Message, StringComparison.Ordinal);
        Assert.Single(e.Message.Split('\n'));
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "2s", "5s", "30s", "10000", "off", "off")]
    [InlineData("?Options=-c%20lock_timeout%3D1s", "1s", "5s", "30s", "10000", "off", "off")]
    [InlineData("?Options=-c%20statement_timeout%3D20s%20-c%20jit%3Don", "2s", "5s", "20s", "10000", "off", "on")]
    [InlineData("?Application%20Name=mine&Maximum%20Pool%20Size=9", "2s", "5s", "30s", "10000", "off", "off")]
    public async Task An_option_replaces_its_own_guard_alone_for_every_kind_of_work(string options, params string[] inForce)
    {
        await using var test = await TestDb.CreateAsync(Backend.Postgres, migrated: false);
        await using var db = Db.Open(test.Url + options);
        await db.CheckAsync(TestContext.Current.CancellationToken);
        foreach (var work in Enum.GetValues<DbWork>())
        {
            Assert.Equal(inForce, await ShownAsync(db, work));
        }
    }

    [Fact]
    public void Each_kind_of_work_has_its_share_of_the_connections()
    {
        Assert.Equal([6, 4, 4, 12, 2], Shares(Address));
        for (var total = PostgresUrl.MinConnections; total <= 100; total++)
        {
            var shares = Shares($"{Address}?Maximum%20Pool%20Size={total}&Minimum%20Pool%20Size={total}");
            // With few of them, placing has none of its own.
            var isShared = total < 14;
            Assert.Equal(total, shares.Sum() - (isShared ? shares[(int)DbWork.Placement] : 0));
            Assert.Equal(isShared ? DbWork.Writes : DbWork.Placement,
                PostgresUrl.Pool(PostgresUrl.ConnectionString($"{Address}?MaxPoolSize={total}", isPatient: false), DbWork.Placement));
            // One holds the lock of the migrations while the other migrates.
            Assert.True(shares[(int)DbWork.Background] >= 2, $"{total}: {string.Join(' ', shares)}");
            Assert.All(shares, share => Assert.True(share > 0, $"{total}: {string.Join(' ', shares)}"));
            Assert.True(total < 14 || shares[(int)DbWork.Batches] == shares.Max(), $"{total}: {string.Join(' ', shares)}");
        }
    }

    [Fact]
    public async Task A_kind_of_work_gets_no_more_connections_than_its_share()
    {
        await using var test = await TestDb.CreateAsync(Backend.Postgres, migrated: false);
        await using var db = Db.Open($"{test.Url}?Maximum%20Pool%20Size={PostgresUrl.MinConnections}");
        CurrentWork.Is(DbWork.Reads);
        await using var held = await db.BeginAsync(TestContext.Current.CancellationToken);
        await held.MayIdleAsync();
        await Assert.ThrowsAsync<ConnectionsUsedUpException>(() => ShownAsync(db, DbWork.Reads));
        Assert.NotEmpty(await ShownAsync(db, DbWork.Writes));
        Assert.NotEmpty(await ShownAsync(db, DbWork.Batches));
        Assert.NotEmpty(await ShownAsync(db, DbWork.Placement));
        Assert.NotEmpty(await ShownAsync(db, DbWork.Background));
    }

    private static int[] Shares(string url) =>
        [.. Enum.GetValues<DbWork>()
        .Select(work =>
        new NpgsqlConnectionStringBuilder(
        PostgresUrl.ConnectionString(PostgresUrl.ConnectionString(url, isPatient: false), work)).MaxPoolSize)];

    private static async Task<List<string>> ShownAsync(Db db, DbWork work)
    {
        CurrentWork.Is(work);
        var columns = string.Join(", ", Guarded.Select(name => $"current_setting('{name}')"));
        return (await db.ReadAsync(s =>
            s.QueryAsync($"SELECT {columns}", r => Enumerable.Range(0, Guarded.Length).Select(r.Text).ToList()))).Single();
    }
}

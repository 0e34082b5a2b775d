using System.Globalization;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Crash;

/// <summary>
/// A COMMIT does not reach PostgreSQL, which then goes away and comes back without its memory. It knows nothing of the transaction, not
/// even that its number was ever given out, and the next to write gets that number. Nobody may be told that something is there because
/// somebody else's transaction is.
/// </summary>
public sealed class LostNumberTests(LostNumberTests.Host host) : IClassFixture<LostNumberTests.Host>
{
    /// <summary>What is asked for, and whether somebody else is given the number before the server can ask.</summary>
    public static MatrixTheoryData<Asked, bool> Cases { get; } = new(Enum.GetValues<Asked>(), [true, false]);

    [Theory, MemberData(nameof(Cases))]
    public async Task After_a_crash_whoever_is_told_of_success_has_it_once(Asked asked, bool isGivenOutAgain)
    {
        var shop = host.Shop;
        var (name, receipt) = await LoseAsync(shop, asked, isGivenOutAgain, async () =>
        {
            await shop.Postgres.CrashAsync();
            await shop.Postgres.StartServerAsync();
            return shop.Postgres;
        });
        Assert.True(receipt.Status == 201, $"{receipt.Status} {receipt.Text}\n{shop.Server.Output}");
        Assert.Equal(1, await shop.CountAsync(asked, name, receipt));
        await shop.AuditAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_standby_was_promoted_whoever_is_told_of_an_order_has_it_once(bool isGivenOutAgain)
    {
        PostgresServer.Require();
        await using var shop = await CutShop.StartAsync();
        await using var standby = await shop.Postgres.StandbyAsync();
        var (_, receipt) = await LoseAsync(shop, Asked.Order, isGivenOutAgain, async () =>
        {
            await shop.Postgres.CrashAsync();
            await standby.PromoteAsync();
            shop.Proxy.Target = standby.Port;
            return standby;
        });
        Assert.True(receipt.IsOrder, $"{receipt.Status} {receipt.Text}\n{shop.Server.Output}");
        Assert.Equal("1", await standby.ReadAsync($"SELECT COUNT(*) FROM orders WHERE id = '{receipt.OrderId}'", "shop"));
        Assert.Equal("1", await standby.ReadAsync("SELECT COUNT(*) FROM orders", "shop"));
    }

    /// <summary>
    /// Sends a request and keeps its COMMIT back, lets the database go away and come back, and returns how the request ended.
    /// </summary>
    private static async Task<(string Name, Receipt Receipt)> LoseAsync(CutShop shop, Asked asked, bool isGivenOutAgain,
        Func<Task<PostgresServer>> goAndComeBack)
    {
        var (name, send) = await shop.AskAsync(asked);
        shop.Postgres.PauseWriters();
        var withheld = shop.Proxy.Withheld;
        shop.Proxy.Next(Cut.Withheld);
        var answer = send();
        await Until.TrueAsync("its COMMIT is kept back", () => shop.Proxy.Withheld > withheld);
        var lost = Number(await shop.Postgres.ReadAsync("SELECT backend_xid FROM pg_stat_activity WHERE backend_xid IS NOT NULL"));
        shop.Proxy.Refuses = true;
        var postgres = await goAndComeBack();
        if (isGivenOutAgain)
        {
            ulong given;
            do
            {
                given = Number(await postgres.ReadAsync("SELECT pg_current_xact_id()"));
            }
            while (given < lost);
            Assert.True(given == lost, $"transaction {lost} was lost, the next one is {given}");
        }

        shop.Proxy.Refuses = false;
        return (name, await answer);
    }

    private static ulong Number(string? text) => ulong.Parse(text!, CultureInfo.InvariantCulture);

    /// <summary>One shop for all crashes.</summary>
    public sealed class Host : IAsyncLifetime
    {
        private CutShop? _shop;

        /// <summary>Skips the calling test where PostgreSQL is not installed.</summary>
        public CutShop Shop
        {
            get
            {
                PostgresServer.Require();
                return _shop!;
            }
        }

        public async ValueTask InitializeAsync()
        {
            if (PostgresServer.Binaries is not null)
            {
                _shop = await CutShop.StartAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_shop is not null)
            {
                await _shop.DisposeAsync();
            }
        }
    }
}

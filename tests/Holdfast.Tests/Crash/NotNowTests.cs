using System.Text.Json;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>
/// The database is there and cannot do what it is asked for: not now. Callers are told to come back, the log says so once, and when the
/// state ends, orders are placed without a restart.
/// </summary>
public sealed class NotNowTests(NotNowTests.Host host) : IClassFixture<NotNowTests.Host>
{
    [Fact]
    public async Task While_the_connections_are_used_up()
    {
        await using var server = await host.StartAsync();
        await (await host.ShopAsync(server)).GoThroughAsync(TakeConnectionsAsync, GiveConnectionsAsync, "53300", before: "57P01");
        await (await host.EachChangeAsync(server)).GoThroughAsync(TakeConnectionsAsync, GiveConnectionsAsync);

        async Task TakeConnectionsAsync()
        {
            await host.Postgres.ExecuteAsync("ALTER ROLE shopper CONNECTION LIMIT 0");
            await host.EndSessionsAsync();
        }

        Task GiveConnectionsAsync() => host.Postgres.ExecuteAsync("ALTER ROLE shopper CONNECTION LIMIT -1");
    }

    [Fact]
    public async Task While_the_database_takes_no_writes()
    {
        await using var server = await host.StartAsync();
        await (await host.ShopAsync(server)).GoThroughAsync(TakeWritesAsync, GiveWritesAsync, "read-only transaction");
        await (await host.EachChangeAsync(server)).GoThroughAsync(TakeWritesAsync, GiveWritesAsync);

        Task TakeWritesAsync() => host.SetReadOnlyAsync(true);

        Task GiveWritesAsync() => host.SetReadOnlyAsync(false);
    }

    [Fact]
    public async Task When_a_statement_is_cancelled_while_an_order_is_placed()
    {
        await using var server = await ServerProcess.StartAsync(await host.UrlAsync(), null, null, "--roles", "api");
        var shop = await host.ShopAsync(server);
        Assert.Equal(201, (await shop.OrderAsync()).Status);
        Task<Told> order;
        await using (var holder = await host.Postgres.OpenAsync("shop"))
        {
            await using var hold = new Npgsql.NpgsqlCommand("BEGIN; SELECT * FROM stock FOR UPDATE", holder);
            await hold.ExecuteNonQueryAsync();
            order = shop.OrderAsync("cancelled");
            await Until.TrueAsync("the order waits for the stock", async () => await host.Postgres.ReadAsync(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'shopper' AND wait_event_type = 'Lock'") is not null);
        }

        var told = await order;
        Assert.True(told.IsProper, $"{told}\n{shop.LastLines}");
        await Until.TrueAsync("it is placed", async () => (told = await shop.OrderAsync("cancelled")).Status == 201, 30);
        var id = JsonDocument.Parse(told.Text).RootElement.GetProperty("id").GetGuid();
        Assert.Equal("1", await host.Postgres.ReadAsync($"SELECT COUNT(*) FROM orders WHERE id = '{id}'", "shop"));
        Assert.DoesNotContain(" ERROR ", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_disk_of_SQLite_is_full()
    {
        await using var disk = await SmallDisk.MakeAsync("16m");
        var url = $"sqlite:{disk.Folder}/shop.db";
        await using var db = Db.Open(url);
        await Migrations.ApplyAsync(db, Server.Modules);
        var shop = await Shop.CreateAsync(db, 1_000_000);
        await using var server = await ServerProcess.StartAsync(url, AdminSession.Settings);
        var each = await EachChange.StartAsync(server, db);
        var changes = await each.MakeAsync();
        var caller = new NotNowShop(server, shop, db);
        await caller.GoThroughAsync(async () =>
        {
            disk.Fill();
            // There may be room inside the files.
            await Until.TrueAsync("the disk is full", async () =>
            {
                disk.Fill();
                var told = await caller.OrderAsync();
                return told.IsProper ? told.IsNotNow : throw new InvalidOperationException($"{told}\n{caller.LastLines}");
            });
            await each.AssertToldToComeBackAsync(changes, mayBeDone: true);
        }, () =>
        {
            disk.Free();
            return Task.CompletedTask;
        }, "is full", mayPlace: true);
        await each.AssertDoneOnceAsync(changes);
        await each.AssertDoneOnceAsync(await each.MakeAsync());
    }

    /// <summary>A PostgreSQL of these tests' own, with a database whose owner is no superuser.</summary>
    public sealed class Host : IAsyncLifetime
    {
        private PostgresServer? _postgres;
        private Db? _db;

        /// <summary>Skips the calling test where PostgreSQL is not installed.</summary>
        public PostgresServer Postgres
        {
            get
            {
                PostgresServer.Require();
                return _postgres!;
            }
        }

        public async ValueTask InitializeAsync()
        {
            if (PostgresServer.Binaries is null)
            {
                return;
            }

            _postgres = await PostgresServer.StartAsync();
            await _postgres.ExecuteAsync("CREATE ROLE shopper LOGIN");
            await _postgres.ExecuteAsync("CREATE DATABASE shop OWNER shopper");
        }

        /// <summary>The DATABASE_URL of the owner; the database has its tables.</summary>
        public async Task<string> UrlAsync()
        {
            if (_db is null)
            {
                await using (var owners = Db.Open(Url))
                {
                    await Migrations.ApplyAsync(owners, Server.Modules);
                }

                _db = Db.Open(Postgres.Url("shop"));
            }

            return Url;
        }

        /// <summary>A server over the database, with an admin.</summary>
        public async Task<ServerProcess> StartAsync() => await ServerProcess.StartAsync(await UrlAsync(), AdminSession.Settings);

        internal Task<EachChange> EachChangeAsync(ServerProcess server) => EachChange.StartAsync(server, _db!);

        internal async Task<NotNowShop> ShopAsync(ServerProcess server) => new(server, await Shop.CreateAsync(_db!, 1_000_000), _db!);

        /// <summary>Whether every transaction only reads: of those that begin from now on, also in sessions that are there.</summary>
        public async Task SetReadOnlyAsync(bool isReadOnly)
        {
            await Postgres.ExecuteAsync($"ALTER SYSTEM SET default_transaction_read_only = {(isReadOnly ? "on" : "off")}");
            await Postgres.ExecuteAsync("SELECT pg_reload_conf()");
            await Until.TrueAsync("sessions know", async () =>
                await Postgres.ReadAsync("SHOW default_transaction_read_only") == (isReadOnly ? "on" : "off"));
        }

        /// <summary>Ends the sessions of the owner, and waits until they are gone.</summary>
        public Task EndSessionsAsync() => Until.TrueAsync("the sessions are gone", async () =>
            await Postgres.ReadAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shopper'") is null);

        public async ValueTask DisposeAsync()
        {
            await (_db?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (_postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        private string Url => Postgres.Url("shop").Replace("holdfast@", "shopper@", StringComparison.Ordinal);
    }
}

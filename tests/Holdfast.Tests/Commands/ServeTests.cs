using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Commands;

[Slow]
public abstract class ServeTests(Backend backend)
{
    [Fact]
    public async Task Told_to_end_under_load_it_finishes_what_it_accepted_within_ten_seconds()
    {
        await using var database = await TestDb.CreateAsync(backend);
        var shop = await Shop.CreateAsync(database.Db, 1_000_000);
        await using var server = await ServerProcess.StartAsync(database.Url);
        var accepted = 0;
        var ending = false;
        var buyers = Enumerable.Range(0, 24).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                try
                {
                    var answer = await Shop.PostAsync(server.Client, "/orders", shop.Body());
                    Assert.Equal(201, answer.Status);
                    Interlocked.Increment(ref accepted);
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    Assert.True(Volatile.Read(ref ending), $"cut off before it was told to end: {e.Message}");
                    return;
                }
            }
        })).ToList();
        await Until.TrueAsync("orders flow", () => Volatile.Read(ref accepted) > 200);
        Volatile.Write(ref ending, true);
        await using var lateness = Lateness.Watch();
        Assert.Equal(0, await server.TerminateAsync());
        lateness.Within(TimeSpan.FromSeconds(10), server.Output);
        await Task.WhenAll(buyers);

        // All that was answered is there; a few more may be, whose answers nobody waited for.
        var placed = await database.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM orders", r => r.Long(0)));
        Assert.InRange(placed, accepted, accepted + 24);
    }

    [Fact]
    public async Task Several_start_at_once_over_an_empty_database_and_agree_on_everything()
    {
        await using var database = await TestDb.CreateAsync(backend, migrated: false);
        var settings = new Dictionary<string, string> { ["ADMIN_EMAIL"] = "admin@example.com", ["ADMIN_PASSWORD"] = "a password of mine" };
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ServerProcess.StartAsync(database.Url, settings)));
        try
        {
            using var login = await servers[0]
                .Client.PostAsJsonAsync("/api/v1/auth/login", new { email = "admin@example.com", password = "a password of mine" },
                TestContext.Current.CancellationToken);
            var token = (await login.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty(
                "accessToken").GetString();
            foreach (var server in servers)
            {
                server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
                var me = await server.Client.GetFromJsonAsync<JsonElement>("/api/v1/auth/me", TestContext.Current.CancellationToken);
                Assert.Equal("admin", me.GetProperty("role").GetString());
            }

            Assert.Equal(1, await database.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM users", r => r.Long(0))));
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_worker_answers_health_and_nothing_else_and_an_api_process_relays_nothing()
    {
        await using var database = await TestDb.CreateAsync(backend);
        await using var worker = await ServerProcess.StartAsync(database.Url, null, null, "--roles", "worker");
        using var answer = await worker.Client.GetAsync("/api/v1/products", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(0, await worker.TerminateAsync());

        var shop = await Shop.CreateAsync(database.Db, 10);
        await using var api = await ServerProcess.StartAsync(database.Url, null, null, "--roles", "api");
        Assert.Equal(201, (await Shop.PostAsync(api.Client, "/orders", shop.Body())).Status);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.NotEqual(0, await OutboxAsync(database));
        await using var second = await ServerProcess.StartAsync(database.Url, null, null, "--roles", "worker");
        await Until.TrueAsync("the worker relays", async () => await OutboxAsync(database) == 0);
    }

    private static Task<long> OutboxAsync(TestDb database) =>
        database.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM outbox", r => r.Long(0)));
}

public sealed class Serve_on_sqlite() : ServeTests(Backend.Sqlite)
{
    [Fact]
    public async Task A_first_start_makes_the_demo_store_and_a_second_leaves_it()
    {
        await using var database = await TestDb.CreateAsync(Backend.Sqlite, migrated: false);
        var (code, output) = await ServerProcess.RunAsync(["migrate"], database.Url);
        Assert.Equal(0, code);
        Assert.Contains("migrations applied", output, StringComparison.Ordinal);
        Assert.Equal((0, "The schema is up to date."), await ServerProcess.RunAsync(["migrate"], database.Url));
        for (var start = 0; start < 2; start++)
        {
            await using var server = await ServerProcess.StartWithDemoAsync(database.Url);
            var products = await server.Client.GetFromJsonAsync<JsonElement>("/api/v1/products?q=da%20nang",
                TestContext.Current.CancellationToken);
            Assert.Contains("Holdfast", Assert.Single(products.GetProperty("items").EnumerateArray()).GetProperty("name").GetString(),
                StringComparison.Ordinal);
            Assert.Contains($"answering on {server.Address.ToString().TrimEnd('/')}", server.Output, StringComparison.Ordinal);
        }

        Assert.Equal(1, await database.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM stores", r => r.Long(0))));
    }

    [Fact]
    public async Task What_cannot_start_says_why_in_one_line()
    {
        await using var database = await TestDb.CreateAsync(Backend.Sqlite);
        await using var server = await ServerProcess.StartAsync(database.Url);
        var cases = new (string[] Args, Dictionary<string, string> Settings, string Line)[]
        {
            (["serve"], new() { ["DATABASE_URL"] = "mysql://x" }, "holdfast: DATABASE_URL: must start with postgres:// or sqlite:"),
            (["serve"], new() { ["ORDER_SESSION_DURATION_MINUTES"] = "soon" },
                "holdfast: ORDER_SESSION_DURATION_MINUTES: 'soon' is not a number."),
            (["serve", "--roles", "king"], [], "holdfast: --roles: 'king' is not a role of this release; there are api and worker."),
            (["serve", "--log-format", "xml"], [], "holdfast: --log-format: 'xml' must be text or json."),
            (["serve", "--empyt"], [], "holdfast: '--empyt' is neither an option nor a setting; see --help and docs/run.md."),
            (["serve"], new() { ["ASPNETCORE_URLS"] = server.Address.ToString() }, "holdfast: ASPNETCORE_URLS: cannot listen on"),
        };
        foreach (var (args, settings, line) in cases)
        {
            var (code, output) = await ServerProcess.RunAsync(args, database.Url, settings);
            Assert.Equal(2, code);
            Assert.StartsWith(line, output, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', output);
        }
    }

    [Fact]
    public async Task Users_are_made_on_the_command_line()
    {
        await using var database = await TestDb.CreateAsync(Backend.Sqlite);
        var shop = await Shop.CreateAsync(database.Db, 1);
        var (code, output) = await ServerProcess.RunAsync(
            ["user", "create", "--email", "An@Example.com", "--role", "staff", "--name", "An", "--store", $"s-{shop.StoreId:N}"],
            database.Url);
        Assert.Equal(0, code);
        var password = output.Split("Password, shown this once: ")[1].Trim();
        await using var server = await ServerProcess.StartAsync(database.Url);
        using var login = await server.Client.PostAsJsonAsync("/api/v1/auth/login", new { email = "an@example.com", password },
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);

        var (disabled, said) = await ServerProcess.RunAsync(["user", "disable", "an@example.com"], database.Url);
        Assert.Equal((0, "Disabled An@Example.com"), (disabled, said.Split(',')[0]));
        Assert.Equal((1, "holdfast: there is no account 'lan@example.com'."),
            await ServerProcess.RunAsync(["user", "disable", "lan@example.com"], database.Url));
        Assert.Equal((1, "holdfast: There is an account with this email already."),
            await ServerProcess.RunAsync(["user", "create", "--email", "an@example.com", "--role", "admin"], database.Url));
        foreach (var (args, start) in new[] { ("--email x --role admin", "holdfast: --email: "),
            ("--email a@b.vn --role king", "holdfast: --role: "), ("--email a@b.vn --role staff", "holdfast: --store: "),
            ("--email a@b.vn --role staff --store nowhere", "holdfast: --store: there is no store 'nowhere'."),
                ("--email a@b.vn --role admin --store nowhere", "holdfast: --store: is for staff") })
        {
            var (refused, line) = await ServerProcess.RunAsync(["user", "create", .. args.Split(' ')], database.Url);
            Assert.Equal(2, refused);
            Assert.StartsWith(start, line, StringComparison.Ordinal);
        }

        Assert.Equal((2, "holdfast: The password is one of the most common passwords."),
            await ServerProcess.RunAsync(["user", "create", "--email", "a@b.vn", "--role", "admin", "--password-stdin"], database.Url,
            input: "Password123"));
        var (many, why) = await ServerProcess.RunAsync(
            ["user", "create", "--email", "a@b.vn", "--role", "staff", .. Enumerable.Range(0, 101)
            .SelectMany(i => new[] { "--store", $"s{i}" })], database.Url);
        Assert.Equal(2, many);
        Assert.StartsWith("holdfast: --store: at most 100, ", why, StringComparison.Ordinal);
    }
}

public sealed class Serve_on_postgresql() : ServeTests(Backend.Postgres);

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Configuration;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Identity.SignIn;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Identity;

/// <summary>Guesses by strangers keep strangers out, and not the owner.</summary>
public abstract class SignInOriginTests(Backend backend) : IAsyncLifetime
{
    private const string Password = "một mật khẩu dài";
    private TestServer _server = null!;

    // Where a request comes from is what the trusted proxy says.
    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(await TestDb.CreateAsync(backend),
        settings: new Settings { RateLimits = false, TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Theory]
    [InlineData("203.0.113.1", "198.51.100.1")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1")]
    [InlineData("::ffff:203.0.113.1", "203.0.113.2")]
    public async Task A_stranger_who_guesses_is_kept_out_at_his_address_alone(string stranger, string owner)
    {
        var (email, _) = await MakeAsync();
        await FailAsync(email, stranger, Lockout.Free + 5);
        Assert.Equal(429, await LoginAsync(email, Password, stranger));
        Assert.Equal(200, await LoginAsync(email, Password, owner));
        // That the owner was right is no help to him.
        Assert.Equal(429, await LoginAsync(email, Password, stranger));
    }

    [Fact]
    public async Task The_addresses_of_one_subscriber_count_together()
    {
        var (email, _) = await MakeAsync();
        for (var i = 1; i <= Lockout.Free + 5; i++)
        {
            await FailAsync(email, $"2001:db8:7:7::{i}", 1);
            _server.Db.ClockSkew += TimeSpan.FromSeconds(i < Lockout.Free + 5 ? 33 : 0);
        }

        Assert.Equal(429, await LoginAsync(email, Password, "2001:db8:7:7::ffff"));
    }

    [Fact]
    public async Task Strangers_from_everywhere_keep_strangers_out_and_no_device_that_was_signed_in()
    {
        var (email, signedIn) = await MakeAsync();
        var device = signedIn.GetProperty("deviceToken").GetString()!;
        var refreshed =
            (await PostAsync("refresh", new { refreshToken = signedIn.GetProperty("refreshToken").GetString() }, "198.51.100.1")).Body;
        var (otherEmail, other) = await MakeAsync();
        await StrangersAsync(email, 120);
        Assert.Equal(429, await LoginAsync(email, Password, "192.0.2.200"));
        foreach (var mine in new[] { device, refreshed.GetProperty("deviceToken").GetString()! })
        {
            Assert.Equal(200, await LoginAsync(email, Password, "192.0.2.200", mine));
        }

        // The door that is open to a device is open to no other token, nor to a device of somebody else's.
        var theirs = other.GetProperty("deviceToken").GetString()!;
        foreach (var token in new[] { theirs, device[..^2] + (device[^2] == 'A' ? "BA" : "AA"), "hd_" + device[3..25]
            + theirs[25..], device[3..], "hd_", "x", "hd_" + new string('A', device.Length - 3) })
        {
            Assert.Equal(429, await LoginAsync(email, Password, "192.0.2.200", token));
        }

        // Those who have no account are told the same, with whatever token.
        var nobody = $"{Guid.CreateVersion7():N}@example.com";
        await StrangersAsync(nobody, 120);
        Assert.Equal(429, await LoginAsync(nobody, Password, "192.0.2.200"));
        Assert.Equal(429, await LoginAsync(nobody, Password, "192.0.2.200", device));
        Assert.Equal(200, await LoginAsync(otherEmail, Password, "192.0.2.200"));
    }

    [Fact]
    public async Task Twenty_addresses_do_not_keep_the_owner_out_and_hundreds_do_for_a_day()
    {
        var (email, signedIn) = await MakeAsync();
        await GuessAsync(email, Enumerable.Range(0, 20).Select(i => $"203.0.113.{i}"), Lockout.Free);
        await PressAsync(email);
        Assert.Equal(429, await LoginAsync(email, Password, "203.0.113.3"));

        // An address of which nobody has guessed has one try; an owner who mistypes waits.
        Assert.Equal(401, await LoginAsync(email, "wrong password", "198.51.100.1"));
        Assert.Equal(429, await LoginAsync(email, Password, "198.51.100.1"));
        Assert.Equal(200, await LoginAsync(email, Password, "198.51.100.2"));

        // For those who guess it is one try each, so many in all, and then the owner has the device; the next day there are others.
        var (other, _) = await MakeAsync();
        await GuessAsync(other, Enumerable.Range(0, 20).Select(i => $"203.0.113.{i}"), Lockout.Free);
        await PressAsync(other);
        Assert.Equal(Lockout.FirstTries, await GuessAsync(other, Enumerable.Range(0, 250).Select(i => $"192.0.2.{i}"), 2));
        Assert.Equal(429, await LoginAsync(other, Password, "198.51.100.2"));
        _server.Db.ClockSkew += TimeSpan.FromHours(23);
        Assert.Equal(1, await GuessAsync(other, ["203.0.113.50", "198.51.100.3"], 1));
        _server.Db.ClockSkew += TimeSpan.FromHours(1.1);
        Assert.Equal(1, await GuessAsync(other, ["203.0.113.51"], 1));
        Assert.Equal(200, await LoginAsync(other, Password, "198.51.100.2"));
    }

    [Fact]
    public async Task All_networks_of_one_IPv6_subscriber_add_to_the_common_count_as_one_does()
    {
        var (email, _) = await MakeAsync();
        await GuessAsync(email, Enumerable.Range(0, 60).Select(i => $"2001:db8:5:{i:x}::"), 2);
        Assert.Equal(Lockout.Free, await CommonAsync(email));
        await GuessAsync(email, Enumerable.Range(0, 19).Select(i => $"2001:db8:{i + 20:x}:1::"), Lockout.Free);
        Assert.Equal(Lockout.FreeOfStrangers, await CommonAsync(email));

        // Nor has each of them a first try.
        await PressAsync(email);
        Assert.Equal(1, await GuessAsync(email, Enumerable.Range(0, 60).Select(i => $"2001:db8:6:{i:x}::"), 1));
        Assert.Equal(200, await LoginAsync(email, Password, "2001:db8:7:1::1"));
    }

    [Fact]
    public async Task A_device_that_guesses_waits_by_itself()
    {
        var (email, signedIn) = await MakeAsync();
        var second = (await PostAsync("login", new { email, password = Password }, "198.51.100.1")).Body.GetProperty("deviceToken")
            .GetString();
        var device = signedIn.GetProperty("deviceToken").GetString();
        for (var i = 0; i < Lockout.Free + 5; i++)
        {
            Assert.Equal(401, await LoginAsync(email, "wrong password", $"198.51.100.{i}", device));
            _server.Db.ClockSkew += TimeSpan.FromSeconds(i < Lockout.Free + 4 ? 33 : 0);
        }

        Assert.Equal(429, await LoginAsync(email, Password, "198.51.100.99", device));
        Assert.Equal(200, await LoginAsync(email, Password, "198.51.100.99", second));
        Assert.Equal(200, await LoginAsync(email, Password, "198.51.100.99"));
    }

    [Fact]
    public async Task One_address_alone_never_keeps_other_strangers_out()
    {
        // Such as a program with an old password, which tries for weeks.
        var (email, _) = await MakeAsync();
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(401, await LoginAsync(email, "wrong password", "203.0.113.5"));
            _server.Db.ClockSkew += TimeSpan.FromMinutes(16);
        }

        Assert.Equal(Lockout.Free,
            await _server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT failures FROM sign_in_attempts WHERE account = $1", r => r.Int(0), SignInAttempts.AccountOf(email))));
        Assert.Equal(200, await LoginAsync(email, Password, "198.51.100.1"));
    }

    [Fact]
    public async Task Who_is_signed_in_changes_the_password_while_strangers_guess_and_then_all_is_forgotten()
    {
        var (email, signedIn) = await MakeAsync();
        await StrangersAsync(email, 200);
        var client = _server.Client(signedIn.GetProperty("accessToken").GetString());
        using var changed = await client.PostAsJsonAsync("/api/v1/auth/password",
            new { currentPassword = Password, newPassword = "mưa rào tháng bảy" });
        Assert.Equal(200, (int)changed.StatusCode);
        Assert.Equal(429, await LoginAsync(email, "mưa rào tháng bảy", "192.0.2.200"));

        // A mailed link opens the door to everybody again, and the owner is the first to know.
        var token = OneTimeLinks.NewToken();
        var account = (await _server.Get<AccountStore>().FindByEmailAsync(email))!.Value.Account;
        await _server.Db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            OneTimeLinks.Add(batch, token, OneTimeLinks.ResetPassword, account.Id, await tx.NowAsync());
            await batch.RunAsync();
        });
        Assert.Equal(204, (await PostAsync("reset-password", new { token, password = "chim sẻ và lúa" }, "192.0.2.200")).Status);
        Assert.Equal(200, await LoginAsync(email, "chim sẻ và lúa", "192.0.2.200"));
    }

    [Fact]
    public async Task A_device_token_gives_no_rights()
    {
        var (_, signedIn) = await MakeAsync();
        var device = signedIn.GetProperty("deviceToken").GetString();
        Assert.Equal(401, (int)(await _server.Client(device).GetAsync("/api/v1/auth/me")).StatusCode);
        Assert.Equal(401, (await PostAsync("refresh", new { refreshToken = device }, "198.51.100.1")).Status);
        Assert.Equal(401, (await PostAsync("refresh", new { refreshToken = "hr_" + device![3..] }, "198.51.100.1")).Status);
    }

    private Task<int> CommonAsync(string email) => _server.Db.ReadAsync(s =>
        s.FirstAsync("SELECT failures FROM sign_in_attempts WHERE account = $1", r => r.Int(0), SignInAttempts.AccountOf(email)));

    /// <summary>Guesses wrongly from each address, without the work on passwords; returns the number let through.</summary>
    private async Task<int> GuessAsync(string email, IEnumerable<string> addresses, int times)
    {
        var heard = 0;
        foreach (var address in addresses)
        {
            for (var i = 0; i < times; i++)
            {
                var noted = await SignInAttempts.NoteAsync(_server.Db, SignInAttempts.AccountOf(email),
                    SignInOrigin.Stranger(IPAddress.Parse(address)));
                heard += noted.IsOk ? 1 : 0;
            }
        }

        return heard;
    }

    /// <summary>Twelve addresses more guess, each when the wait of the one before is over, so that strangers wait for longest.</summary>
    private async Task PressAsync(string email)
    {
        for (var i = 0; i < 12; i++)
        {
            _server.Db.ClockSkew += Lockout.Longest;
            Assert.Equal(1, await GuessAsync(email, [$"203.0.113.{i + 100}"], 1));
        }
    }

    private async Task<(string Email, JsonElement SignedIn)> MakeAsync()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var (status, body) = await PostAsync("register", new { email, password = Password }, "198.51.100.1");
        Assert.Equal(201, status);
        return (email, body);
    }

    private async Task FailAsync(string email, string from, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(401, await LoginAsync(email, "wrong password", from));
            // Beyond each wait, but the last.
            _server.Db.ClockSkew += TimeSpan.FromSeconds(i < times - 1 ? 33 : 0);
        }
    }

    /// <summary>
    /// As if so many had failed from hundreds of addresses a moment ago, with all first tries that there are, and one more does.
    /// </summary>
    private async Task StrangersAsync(string email, int failures)
    {
        await _server.Db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO sign_in_origins (account, origin, failures, last_at) VALUES ($1, $2, $3, $4)",
                SignInAttempts.AccountOf(email), SignInAttempts.FirstTries, Lockout.FirstTries, await tx.NowAsync());
            await tx.ExecuteAsync("INSERT INTO sign_in_attempts (account, failures, last_at) VALUES ($1, $2, $3) "
            + "ON CONFLICT (account) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at",
            SignInAttempts.AccountOf(email), failures, await tx.NowAsync());
        });
        Assert.Equal(401, await LoginAsync(email, "wrong password", "203.0.113.77"));
    }

    private async Task<int> LoginAsync(string email, string password, string from, string? device = null) =>
        (await PostAsync("login", device is null ? new { email, password } : new { email, password, deviceToken = device }, from)).Status;

    private async Task<(int Status, JsonElement Body)> PostAsync(string path, object body, string from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/auth/{path}") { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Forwarded-For", from);
        using var answer = await _server.Guest.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }
}

public sealed class SignInOrigin_on_sqlite() : SignInOriginTests(Backend.Sqlite);

public sealed class SignInOrigin_on_postgresql() : SignInOriginTests(Backend.Postgres);

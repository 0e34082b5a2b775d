using System.Net;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Webhooks;
using Holdfast.Webhooks.Sending;

namespace Holdfast.Tests.Webhooks;

/// <summary>Where webhooks go and where they do not, over real connections.</summary>
public sealed class TransportTests : IAsyncLifetime
{
    private static readonly Event Event = new(Guid.CreateVersion7(), 1, "order.created", Guid.CreateVersion7(), DateTime.UnixEpoch, "guest",
        null, "{}"u8.ToArray());

    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::1")]
    [InlineData("8.8.8.8 127.0.0.1")]
    public async Task A_name_that_leads_inside_is_not_followed(string addresses)
    {
        using var transport = Transport(false, addresses.Split(' '));
        Assert.Equal("private_address", (await SendAsync(transport, $"https://hooks.example.com:{Port}/")).Error);
        Assert.Empty(_receiver.All);
    }

    [Fact]
    public async Task An_address_is_checked_like_a_name()
    {
        using var transport = new WebhookTransport(new WebhookOptions(), TimeProvider.System);
        foreach (var host in new[] { "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "0x7f000001", "2130706433" })
        {
            Assert.Equal("private_address", (await SendAsync(transport, $"https://{host}:{Port}/")).Error);
        }

        Assert.Empty(_receiver.All);
    }

    [Fact]
    public async Task Nothing_is_sent_in_clear_to_an_endpoint_that_was_made_while_it_could_be()
    {
        using var transport = Transport(false, ["8.8.8.8"]);
        Assert.Equal((null, "not_https"), Of(await SendAsync(transport, _receiver.Url)));
        Assert.Equal((null, "not_https"), Of(await SendAsync(transport, "http://hooks.example.com/")));
        Assert.Empty(_receiver.All);
    }

    [Fact]
    public async Task It_is_looked_up_once_and_connected_to_what_was_checked()
    {
        var asked = 0;
        using var transport = new WebhookTransport(new WebhookOptions { AllowPrivate = true }, TimeProvider.System, (name, _) =>
        {
            asked++;
            return Task.FromResult(name == "hooks.example.com" ? [IPAddress.Loopback] : Array.Empty<IPAddress>());
        });
        Assert.Null((await SendAsync(transport, $"http://hooks.example.com:{Port}/a")).Error);
        Assert.Equal(1, asked);
        Assert.Single(_receiver.All);
        Assert.Equal("unresolved", (await SendAsync(transport, $"http://other.example.com:{Port}/a")).Error);
    }

    [Fact]
    public async Task Redirects_are_no_success_and_are_not_followed()
    {
        _receiver.Answer = http =>
        {
            http.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        using var transport = Transport(true, ["127.0.0.1"]);
        var outcome = await SendAsync(transport, _receiver.Url);
        Assert.Equal((302, "refused"), (outcome.HttpStatus, outcome.Error));
        Assert.Single(_receiver.All);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_its_end()
    {
        _receiver.Answer = async http =>
        {
            var block = new byte[16 * 1024];
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(block, http.RequestAborted);
            }
        };
        using var transport = Transport(true, ["127.0.0.1"]);
        Assert.Null((await SendAsync(transport, _receiver.Url)).Error);
    }

    [Fact]
    public async Task Silence_and_closed_doors_are_told_apart()
    {
        _receiver.Answer = http => Task.Delay(Timeout.Infinite, http.RequestAborted);
        using var hasty = new WebhookTransport(new WebhookOptions { AllowPrivate = true }, TimeProvider.System, Dns.GetHostAddressesAsync,
            TimeSpan.FromMilliseconds(300));
        Assert.Equal((null, "timeout"), Of(await SendAsync(hasty, _receiver.Url)));

        // Headers and then nothing more is silence, too.
        _receiver.Answer = async http =>
        {
            await http.Response.StartAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        Assert.Equal((null, "timeout"), Of(await SendAsync(hasty, _receiver.Url)));

        using var transport = Transport(true, ["127.0.0.1"]);
        Assert.Equal((null, "connection_failed"),
            Of(await SendAsync(transport, $"http://127.0.0.1:{Holdfast.Tests.Fixtures.Ports.Free()}/")));
        Assert.Equal((null, "tls_failed"), Of(await SendAsync(transport, $"https://127.0.0.1:{Port}/")));
        _receiver.Answer = http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        Assert.Equal((503, "refused"), Of(await SendAsync(transport, _receiver.Url)));
    }

    private string Port => new Uri(_receiver.Url).Port.ToString(null, null);

    private static (int? HttpStatus, string? Error) Of(Outcome outcome) => (outcome.HttpStatus, outcome.Error);

    private static Task<Outcome> SendAsync(WebhookTransport transport, string url) =>
        transport.SendAsync(url, new byte[32], Event, TestContext.Current.CancellationToken);

    private static WebhookTransport Transport(bool allowPrivate, string[] addresses) =>
        new(new WebhookOptions { AllowPrivate = allowPrivate }, TimeProvider.System,
        (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray()));
}

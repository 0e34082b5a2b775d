using System.Net.Http.Headers;
using System.Net.Http.Json;
using Holdfast.Notifications.Mail;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Notifications.Sms;

/// <summary>
/// Sends queued SMS through the gateway. The message's id goes along as Idempotency-Key, so that a gateway that knows keys sends a retried
/// one once.
/// </summary>
internal sealed class SmsSender(Db db, SmsGateway gateway, EmailComposer composer, ILogger<SmsSender> log)
    : Sender(db, "sms", composer, log)
{
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout =
        TimeSpan.FromSeconds(20)
    };

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task TransportAsync(OutgoingMessage message, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            gateway.Url)
        { Content = JsonContent.Create(new { to = message.To, text = message.Text }) };
        request.Headers.Add("Idempotency-Key", message.Id.ToString());
        if (gateway.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        answer.EnsureSuccessStatusCode();
    }

    protected override bool IsExpected(Exception e) => e is HttpRequestException or IOException;
}

using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Webhooks;

/// <summary>What a receiver got.</summary>
public sealed record ReceivedMessage(string Id, string Timestamp, string Signature, string Body, string ContentType, string? Authorization,
    string IdempotencyKey);

/// <summary>A merchant's server on a loopback port, which keeps what it gets and answers as it is told.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedMessage> _received = new();

    private Receiver(WebApplication app) => _app = app;

    public IReadOnlyList<ReceivedMessage> All => [.. _received];

    public string Url => $"{_app.Urls.First()}/hooks";

    /// <summary>Answers, after it was noted.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var receiver = new Receiver(app);
        app.Run(receiver.ServeAsync);
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        Answer = _ => Task.CompletedTask;
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        string Header(string name) => http.Request.Headers[name].ToString();
        _received.Enqueue(
            new ReceivedMessage(Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"), body,
            http.Request.ContentType
            ?? "", http.Request.Headers.Authorization, Header("Idempotency-Key")));
        await Answer(http);
    }
}

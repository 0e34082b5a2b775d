using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Bench;

/// <summary>
/// The most that the web server can do with such requests: reads the body, parses it, and answers a constant of the length that a real
/// refusal has; to a GET, a constant of that length. No routing, no logging, no database.
/// </summary>
internal static class BareKestrel
{
    public static async Task<int> RunAsync(int port, int answerBytes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var app = builder.Build();
        var frame = """{"code":"insufficient_stock","title":""}""";
        var answer = Encoding.UTF8.GetBytes(frame.Insert(frame.Length - 2, new string('x', Math.Max(0, answerBytes - frame.Length))));
        var read = Encoding.UTF8.GetBytes($"{{\"name\":\"{new string('x', Math.Max(0, answerBytes - 11))}\"}}");
        app.Run(async http =>
        {
            if (http.Request.Method == "GET")
            {
                http.Response.ContentType = "application/json; charset=utf-8";
                http.Response.ContentLength = read.Length;
                await http.Response.Body.WriteAsync(read, http.RequestAborted);
                return;
            }

            using var body = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            http.Response.StatusCode = body.RootElement.TryGetProperty("lines", out _) ? 409 : 400;
            http.Response.ContentType = "application/problem+json";
            http.Response.ContentLength = answer.Length;
            await http.Response.Body.WriteAsync(answer, http.RequestAborted);
        });
        await app.RunAsync();
        return 0;
    }
}

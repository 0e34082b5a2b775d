using System.CommandLine;
using Holdfast.Configuration;
using Holdfast.Identity.Accounts;
using Holdfast.Platform.Data;
using Holdfast.Platform.Telemetry;

namespace Holdfast.Commands;

/// <summary><c>serve</c>: the server, with its schema brought up to date first.</summary>
internal static class Serve
{
    private const string NoSecretsKey =
        "not encrypted: whoever reads the database can sign in as anybody; set SECRETS_KEY to what openssl rand -base64 32 prints, and "
            + "keep it apart (docs/sign-in.md)";

    public static Command Command()
    {
        var empty = new Option<bool>("--empty") { Description = "Do not make the demo store in an empty database." };
        var format = new Option<string>("--log-format")
        {
            Description = "How log lines are written: text or json.",
            DefaultValueFactory = _ => "text"
        };
        var roles = new Option<string>("--roles")
        {
            Description = "What this process does: api, worker, or both.",
            DefaultValueFactory = _ => "api,worker"
        };
        var consumers = new Option<string?>(
            "--consumers")
        { Description = "The consumers of events that this process runs, with commas; all where it is not given." };
        var command = Database.Command("serve", "Run the server.", (parsed, settings, ct) => RunAsync(settings with
        {
            Roles = Settings.ParseRoles(parsed.GetValue(roles)!),
            LogFormat = Settings.ParseLogFormat(parsed.GetValue(format)!),
            Messaging = settings.Messaging with { Consumers = Settings.ParseConsumers(parsed.GetValue(consumers)) },
        }, !parsed.GetValue(empty), ct));
        command.Options.Add(empty);
        command.Options.Add(format);
        command.Options.Add(roles);
        command.Options.Add(consumers);
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, bool withDemo, CancellationToken ct)
    {
        var tightened = DataFiles.Tighten(settings, withMails: true);
        await using var db = Database.Open(settings);
        await Database.MigrateAsync(db, ct);
        await db.CheckAsync(ct);
        if (withDemo)
        {
            await DemoStore.MakeAsync(db, ct);
        }

        await using var app = Server.Build(settings, db);
        try
        {
            await app.StartAsync(ct);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new StartupException($"ASPNETCORE_URLS: cannot listen on {settings.Urls}: {e.Message}");
        }

        if (tightened is not null)
        {
            app.Logger.LogWarning("At start {Tightened}", tightened);
        }

        FirstScreen(settings, app, await app.Services.GetRequiredService<AccountStore>().FirstAdminAsync());
        await app.WaitForShutdownAsync(ct);
        // Background work that threw has ended the server; its log line says why. Whoever restarts us must see that it was no wish.
        return app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(s => s.ExecuteTask is { IsFaulted: true }) ? 1
            : 0;
    }

    private static void FirstScreen(Settings settings, WebApplication app, string? admin)
    {
        if (settings.LogFormat == LogFormat.Json)
        {
            app.Logger.LogInformation("Holdfast is answering on {Addresses}, database {Database}, admin {Admin}",
                string.Join(", ", app.Urls), Database.Shown(settings.DatabaseUrl), admin);
            if (!settings.Secrets.HasKey)
            {
                app.Logger.LogWarning("Secrets are {Advice}", NoSecretsKey);
            }

            return;
        }

        Console.WriteLine($"""

            Holdfast is answering on {string.Join(", ", app.Urls)}
              database   {Database.Shown(settings.DatabaseUrl)}
              admin      {admin ?? "none yet: start with ADMIN_EMAIL and ADMIN_PASSWORD, or run: holdfast user create --role admin --email YOU"}
              secrets    {(settings.Secrets.HasKey ? "encrypted with SECRETS_KEY" : NoSecretsKey)}
              try        curl {app.Urls.First()}/api/v1/products
              stop       Ctrl+C

            """);
        if (settings.Unused.Count > 0)
        {
            Console.WriteLine($"  set, but without effect in this release: {string.Join(", ", settings.Unused)}\n");
        }
    }
}

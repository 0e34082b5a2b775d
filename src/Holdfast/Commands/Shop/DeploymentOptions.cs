using System.CommandLine;
using System.Text.Json;
using Holdfast.Configuration;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Commands.Shop;

/// <summary>The options by which <c>replay</c> and <c>drill</c> find a server and sign in to it.</summary>
internal sealed class DeploymentOptions
{
    private readonly Option<string?> _url = new(
        "--url")
    { Description = "A running server, e.g. http://127.0.0.1:8080. Without: a child process over DATABASE_URL." };
    private readonly Option<string?> _email = new("--email") { Description = "An admin of that server. Without: ADMIN_EMAIL." };
    private readonly Option<string?> _password = new("--password") { Description = "The admin's password. Without: ADMIN_PASSWORD." };

    public void AddTo(Command command)
    {
        command.Options.Add(_url);
        command.Options.Add(_email);
        command.Options.Add(_password);
    }

    /// <summary>Finds the server, or starts one.</summary>
    /// <param name="databaseUrl">What a child process serves; not used with <c>--url</c>.</param>
    /// <param name="childSettings">Settings of the child process.</param>
    public async Task<Deployment> OpenAsync(ParseResult parsed, Settings settings, string databaseUrl,
        IReadOnlyDictionary<string, string> childSettings, CancellationToken ct)
    {
        if (Url(parsed) is { } url)
        {
            return new Deployment(url, SignIn(parsed, settings, url), null, null);
        }

        var server = await ChildServer.StartAsync(databaseUrl, childSettings, ct);
        return new Deployment(server.Address, _ => OperatorTokens.MakeAsync(databaseUrl, settings.Secrets), server, databaseUrl);
    }

    /// <summary>The server's address; null: a child process is to be started.</summary>
    public Uri? Url(ParseResult parsed)
    {
        if (parsed.GetValue(_url) is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.AbsolutePath == "/" ? url
            : throw new StartupException($"--url: '{text}' is not an address such as http://127.0.0.1:8080.");
    }

    /// <summary>How to sign in to a server that is known by its address only.</summary>
    private Func<CancellationToken, Task<string>> SignIn(ParseResult parsed, Settings settings, Uri address)
    {
        var (email, password) = (parsed.GetValue(_email) ?? settings.AdminEmail, parsed.GetValue(_password) ?? settings.AdminPassword);
        return email is null || password is null
            ? throw new StartupException("who signs in? Set ADMIN_EMAIL and ADMIN_PASSWORD, or give --email and --password.")
            : ct => LoginAsync(address, email, password, ct);
    }

    private static async Task<string> LoginAsync(Uri address, string email, string password, CancellationToken ct)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(20)
        };
        using var answer = await http.PostAsJsonAsync($"{Routes.Base}/auth/login", new { email, password }, ct);
        if ((int)answer.StatusCode is >= 400 and < 500 and not 429)
        {
            throw new StartupException($"{email} cannot sign in: the server says {(int)answer.StatusCode}.");
        }

        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("accessToken").GetString()!;
    }
}

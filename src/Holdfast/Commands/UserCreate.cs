using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Commands;

/// <summary>
/// <c>user create</c>: an account that can sign in. The password comes from a pipe or a prompt; without either one is made and shown once.
/// </summary>
internal static class UserCreate
{
    public static Command Command()
    {
        var email = new Option<string>("--email") { Required = true, Description = "What they sign in with." };
        var role = new Option<string>("--role") { Required = true, Description = "customer, staff, service or admin." };
        var name = new Option<string>("--name") { Description = "As others see it." };
        var store = new Option<string[]>(
            "--store")
        {
            Description = "Slug of a store they work for; may be repeated. Staff and services need one.",
            DefaultValueFactory = _ => []
        };
        var stdin = new Option<bool>("--password-stdin") { Description = "Read the password from the first line of the input." };
        var create = Database.Command("create", "Make an account that can sign in.", (ParseResult parsed, Db db, CancellationToken ct) =>
            RunAsync(db, new Wish(
            parsed.GetValue(email)!, parsed.GetValue(role)!, parsed.GetValue(name), parsed.GetValue(store)!, parsed.GetValue(stdin)), ct));
        foreach (var option in new Option[] { email, role, name, store, stdin })
        {
            create.Options.Add(option);
        }

        return new Command("user", "Accounts.") { create, UserDisable.Disable(), UserDisable.Enable() };
    }

    private static async Task<int> RunAsync(Db db, Wish wish, CancellationToken ct)
    {
        if (Emails.Key(wish.Email) is null)
        {
            throw new StartupException($"--email: '{wish.Email}' is not an email address.");
        }

        if (!Account.TryRole(wish.Role, out var role))
        {
            throw new StartupException($"--role: '{wish.Role}' must be customer, staff, service or admin.");
        }

        if (wish.Name is { } name && (string.IsNullOrWhiteSpace(name) || name.Length > 200 || !JsonBodyReader.IsClean(name)))
        {
            throw new StartupException("--name: must be plain text of at most 200 characters.");
        }

        var needsStore = role is Role.Staff or Role.Service;
        if (needsStore != wish.Stores.Length > 0)
        {
            throw new StartupException(needsStore ? $"--store: name the stores that this {wish.Role} works for."
                : $"--store: is for staff and services, not for {wish.Role}.");
        }

        if (wish.Stores.Length > Account.MaxStores)
        {
            throw new StartupException(
                $"--store: at most {Account.MaxStores}, or a token that names them would be too long; an admin works for all stores.");
        }

        var stores = await StoresAsync(db, wish.Stores, ct);
        var (password, isMade) = ReadPassword(wish);
        var made = await new AccountStore(db).CreateAsync(role, wish.Email, wish.Name?.Trim(), password, stores, ct);
        if (!made.IsOk)
        {
            await Console.Error.WriteLineAsync($"holdfast: {made.Error!.English}");
            return 1;
        }

        Console.WriteLine($"Made {wish.Role} {made.Value.Email}, id {made.Value.Id}.");
        if (isMade)
        {
            Console.WriteLine($"Password, shown this once: {password}");
        }

        return 0;
    }

    private static async Task<List<Guid>> StoresAsync(Db db, string[] slugs, CancellationToken ct)
    {
        var known = await db.ReadAsync(s =>
            s.QueryAsync("SELECT slug, id FROM stores WHERE slug {in $1}", r => (Slug: r.Text(0), Id: r.Uuid(1)), [slugs]), ct);
        return slugs.FirstOrDefault(slug => known.All(k => k.Slug != slug)) is { } missing
            ? throw new StartupException($"--store: there is no store '{missing}'.")
            : known.ConvertAll(k => k.Id);
    }

    private static (string Password, bool IsMade) ReadPassword(Wish wish)
    {
        if (!wish.FromInput && Console.IsInputRedirected)
        {
            return (Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18)), true);
        }

        if (!wish.FromInput)
        {
            Console.Write("Password (empty: one is made): ");
        }

        var password = (wish.FromInput ? Console.In.ReadLine() : ReadHidden()) ?? "";
        return password.Length == 0 && !wish.FromInput ? (Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18)), true)
            : PasswordRules.Fault(password, wish.Email, [wish.Name, .. wish.Stores]) is { } fault
            ? throw new StartupException($"The password {fault}.")
            : (password, false);
    }

    private static string ReadHidden()
    {
        var text = new System.Text.StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
            }
        }

        Console.WriteLine();
        return text.ToString();
    }

    private sealed record Wish(string Email, string Role, string? Name, string[] Stores, bool FromInput);
}

using System.CommandLine;
using Holdfast.Identity.Accounts;
using Holdfast.Platform.Data;

namespace Holdfast.Commands;

/// <summary>
/// <c>user disable</c> and <c>user enable</c>: an account that can no longer sign in, and that can again. What it did and owns stays.
/// </summary>
internal static class UserDisable
{
    public static Command Disable() => Make("disable", "Let an account sign in no longer; its sessions end.", active: false,
        "Disabled {0}, id {1}. Its sessions have ended; access tokens that are out end within five seconds.");

    public static Command Enable() => Make("enable", "Let a disabled account sign in again.", active: true, "Enabled {0}, id {1}.");

    private static Command Make(string name, string description, bool active, string done)
    {
        var who = new Argument<string>("account") { Description = "Its email, or its id: accounts of an outside issuer go by that alone." };
        var command = Database.Command(name, description, async (ParseResult parsed, Db db, CancellationToken ct) =>
        {
            if (await new AccountStore(db).SetActiveAsync(parsed.GetValue(who)!, active, ct) is not { } account)
            {
                await Console.Error.WriteLineAsync($"holdfast: there is no account '{parsed.GetValue(who)}'.");
                return 1;
            }

            Console.WriteLine(string.Format(System.Globalization.CultureInfo.InvariantCulture, done, account.Email, account.Id));
            return 0;
        });
        command.Arguments.Add(who);
        return command;
    }
}

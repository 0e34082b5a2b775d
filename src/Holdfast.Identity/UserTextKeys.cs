using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Text;

namespace Holdfast.Identity;

/// <summary>
/// Computes the keys of emails, and the folded names by which customers are found. Accounts of outside issuers and closed ones keep theirs.
/// </summary>
internal sealed class UserTextKeys : IMigrationStep
{
    private const int PageSize = 1000;

    private static readonly TextKeys Keys = new("users", "email", "email_key", "CASE WHEN role = 'guest' THEN 'guest' ELSE 'account' END",
        "email_key NOT LIKE 'oidc:%' AND email NOT LIKE '%@closed.invalid'", "email of user");

    /// <summary>What <c>verify</c> checks.</summary>
    public static readonly Invariant Invariant = new("emails_differ_in_more_than_their_writing",
        $"SELECT id, role, email FROM users WHERE {TextKeys.IsTwin("email_key")}");

    private sealed record UserName(Guid Id, string Name, string? Folded);

    public async Task<IReadOnlyList<string>> RunAsync(Tx tx)
    {
        var last = Guid.Empty;
        while (true)
        {
            var page = await tx.QueryAsync(
                $"SELECT id, name, name_folded FROM users WHERE id > $1 AND name IS NOT NULL ORDER BY id LIMIT {PageSize}",
                r => new UserName(r.Uuid(0), r.Text(1), r.TextOrNull(2)), last);
            if (page.Count == 0)
            {
                return await Keys.RecomputeAsync(tx, Emails.Key);
            }

            var rows = new RowSet("users", new("id", ColumnType.Uuid), new("name", ColumnType.Text), new("name_folded", ColumnType.Text));
            foreach (var user in page)
            {
                var (name, folded) = (UnicodeText.Nfc(user.Name), CustomerSearch.Fold(user.Name));
                if ((name, folded) != (user.Name, user.Folded))
                {
                    rows.Add(user.Id).Add(name).Add(folded);
                }
            }

            var batch = tx.Batch();
            batch.ChangeEach(rows, "UPDATE users SET name = {v.name}, name_folded = {v.name_folded} WHERE users.id = {v.id}");
            await batch.RunAsync();
            last = page[^1].Id;
        }
    }
}

using Holdfast.Identity.Accounts;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary><c>PATCH /auth/me</c> <c>{name}</c>: a customer's own name; null removes it (RFC 7396).</summary>
internal sealed class RenameAccount(Db db, AccountStore accounts)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await CustomerRoute.ReadAsync(request, f => (Name: f.TextOrNull("name"), IsRemoved: f.IsNull("name")));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var ((name, isRemoved), id) = (read.Value, request.Caller.Subject!.Value);
        return await db.WriteAsync<Reply>(async tx =>
        {
            await tx.QueryAsync("SELECT id FROM users WHERE id = $1 {lock}", r => r.Uuid(0), id);
            if (await accounts.FindAsync(tx, id) is not { } account)
            {
                await tx.RollbackAsync();
                return Errors.Unauthenticated;
            }

            // What stays as it is leaves no line: anybody could fill the log.
            if ((name is null && !isRemoved) || name == account.Name)
            {
                return Reply.Ok(account);
            }

            var now = await tx.NowAsync();
            var batch = tx.Batch();
            batch.Execute("UPDATE users SET name = $2{as text}, name_folded = $3{as text}, updated_at = $4 WHERE id = $1", id, name,
                CustomerSearch.Fold(name), now);
            AuditLog.Note(batch, new AuditEntry("name_changed", request.Caller.Actor), now);
            await batch.RunAsync();
            return Reply.Ok(account with { Name = name });
        });
    }
}

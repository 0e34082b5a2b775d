using Holdfast.Platform.Data;

namespace Holdfast.Orders.Customers;

/// <summary>A guest or an account as the table of users has it.</summary>
/// <param name="Role"><c>guest</c> or <c>customer</c>.</param>
/// <param name="EmailProvedAt">Null while nobody has shown that the mailbox is theirs.</param>
internal sealed record CustomerRow(Guid Id, string Role, string Email, string? Name, DateTime CreatedAt, DateTime? EmailProvedAt)
{
    public const string Select = "SELECT u.id, u.role, u.email, u.name, u.created_at, u.email_proved_at FROM users u";

    public static readonly Func<Row, CustomerRow> Map = r =>
        new CustomerRow(r.Uuid(0), r.Text(1), r.Text(2), r.TextOrNull(3), r.Time(4), r.TimeOrNull(5));
}

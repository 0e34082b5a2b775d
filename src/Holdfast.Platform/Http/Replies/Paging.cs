using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Platform.Http.Replies;

/// <summary>
/// <c>limit</c> (1 to 100, default 20) and the opaque <c>cursor</c>. A cursor holds the list and the sort it belongs to, and the sort key
/// and id of the last row of the page.
/// </summary>
public sealed record Paging(int Limit, string[]? After)
{
    /// <summary>Long enough to distinguish lists; a cursor is not a secret.</summary>
    private const int MarkLength = 8;

    /// <summary>Identifies the list and its sort in cursors.</summary>
    private string Mark { get; init; } = "";

    /// <summary>Reads both from the query. 400 for a limit out of bounds; 400 <c>invalid_cursor</c> for a cursor of another list.</summary>
    /// <param name="keyParts">The number of parts of a row's key.</param>
    /// <param name="sort">The order of the list, if it has several.</param>
    public static Result<Paging> From(Request request, int keyParts, string sort = "")
    {
        var limit = 20;
        if (request.Query("limit") is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 100))
        {
            return Errors.Invalid("limit", "must be from 1 to 100");
        }

        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Address}\n{sort}")).AsSpan(0, MarkLength));
        if (request.Query("cursor") is not { } cursor)
        {
            return new Paging(limit, null) { Mark = mark };
        }

        try
        {
            var parts = Encoding.UTF8.GetString(
                Convert.FromBase64String(cursor.Replace('-', '+').Replace('_', '/').PadRight((cursor.Length + 3) / 4 * 4, '=')))
                .Split('\n');
            return parts.Length == keyParts + 1 && parts[0] == mark && parts.All(p => JsonBodyReader.IsClean(p))
                ? new Paging(limit, parts[1..]) { Mark = mark } : Errors.InvalidCursor;
        }
        catch (FormatException)
        {
            return Errors.InvalidCursor;
        }
    }

    /// <summary>As <see cref="From"/>, for a list that is sorted by id; see <see cref="LastId"/>.</summary>
    public static Result<Paging> ById(Request request)
    {
        var paging = From(request, keyParts: 1);
        return paging is { IsOk: true, Value.After: { } after } && !Guid.TryParseExact(after[0], "D", out _) ? Errors.InvalidCursor
            : paging;
    }

    /// <summary>As <see cref="From"/>, for a list that is sorted by time and then by id; see <see cref="Last"/>.</summary>
    public static Result<Paging> ByTime(Request request)
    {
        var paging = From(request, keyParts: 2);
        return paging is { IsOk: true, Value.After: { } after }
            && !(long.TryParse(after[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
            && Guid.TryParseExact(after[1], "D", out _)) ? Errors.InvalidCursor : paging;
    }

    /// <summary>The last id of the previous page, in a list <see cref="ById"/>.</summary>
    public Guid? LastId => After is { } after ? Guid.ParseExact(after[0], "D") : null;

    /// <summary>The last time and id of the previous page, in a list <see cref="ByTime"/>.</summary>
    public (DateTime At, Guid Id)? Last => After is { } after
        ? (new DateTime(long.Parse(after[0], CultureInfo.InvariantCulture), DateTimeKind.Utc), Guid.ParseExact(after[1], "D")) : null;

    /// <summary>A row's key in a list <see cref="ByTime"/>.</summary>
    public static string[] Key(DateTime at, Guid id) => [at.Ticks.ToString(CultureInfo.InvariantCulture), id.ToString()];

    /// <summary>Makes the page from <c>Limit + 1</c> fetched rows.</summary>
    public Page<T> Page<T>(List<T> rows, Func<T, string[]> key)
    {
        if (rows.Count <= Limit)
        {
            return new Page<T>(rows, null);
        }

        rows.RemoveRange(Limit, rows.Count - Limit);
        return new Page<T>(rows, Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Join('\n', key(rows[^1]).Prepend(Mark)))).TrimEnd('=')
            .Replace('+', '-').Replace('/', '_'));
    }
}

using System.Globalization;
using Holdfast.Catalog.Core;
using Holdfast.Catalog.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;

namespace Holdfast.Catalog.Endpoints;

/// <summary>
/// <c>GET /products?storeId&amp;q&amp;category&amp;sort</c>. <c>q</c>: every word must be there, in any order, the last one may be the
/// beginning of one; accents and case do not count. <c>category</c>: exactly this, however it is written. <c>sort</c>: <c>createdAt</c>,
/// <c>name</c>, <c>price</c>, each with <c>-</c> for descending; newest first without.
/// </summary>
internal sealed class ListProducts(Db db, Products products)
{
    internal const string SqliteSearch =
        "p.id IN (SELECT n.product_id FROM products_words w JOIN products_search n ON n.number = w.rowid WHERE w.products_words MATCH {0})";

    /// <summary>The expression of the index products_search.</summary>
    internal const string PostgresSearch = "array_to_tsvector(array_remove(string_to_array(p.search_text, ' '), '')) @@ {0}{as tsquery}";

    private const int MaxQueryLength = 200;

    private static readonly Dictionary<string, Sort> Sorts = new Sort[]
    {
        new("createdAt", "p.created_at", r => r.Time(ProductTable.Table.Count).Ticks.ToString(CultureInfo.InvariantCulture), Ticks),
        new("name", "p.sort_name", r => r.Text(ProductTable.Table.Count), text => text),
        new("price", "p.price_from", r => r.Long(ProductTable.Table.Count).ToString(CultureInfo.InvariantCulture), Long),
    }.SelectMany(s => new[] { s, s with { Name = $"-{s.Name}", Descending = true } }).ToDictionary(s => s.Name, StringComparer.Ordinal);

    public async Task<Reply> HandleAsync(Request request)
    {
        var filter = new ProductFilter(db.Name == "sqlite");
        if (!Sorts.TryGetValue(request.Query("sort") ?? "-createdAt", out var sort))
        {
            return Errors.Invalid("sort", $"must be one of {string.Join(", ", Sorts.Keys)}");
        }

        var paging = Paging.From(request, keyParts: 2, sort.Name);
        if ((filter.Read(request) ?? paging.Error) is { } error)
        {
            return error;
        }

        if (paging.Value.After is { } after && !filter.StartAfter(sort, after))
        {
            return Errors.InvalidCursor;
        }

        if (filter.FindsNothing)
        {
            return Reply.Ok(new Page<Product>([], null));
        }

        var found = await db.ReadAsync(async s =>
        {
            var rows = await s.QueryAsync(filter.Sql(sort, paging.Value.Limit + 1),
                r => (Product: ProductTable.Table.Map(r), Key: sort.Key(r)), filter.Args);
            var page = paging.Value.Page(rows, r => [r.Key, r.Product.Id.ToString()]);
            return new Page<Product>(await products.CompleteAsync(s, [.. page.Items.Select(r => r.Product)]),
                page.NextCursor);
        }, request.Aborted);
        return Reply.Ok(found);
    }

    private static object? Ticks(string text) => Long(text) is long ticks && ticks >= DateTime.UnixEpoch.Ticks
        && ticks <= DateTime.MaxValue.Ticks ? new DateTime(ticks, DateTimeKind.Utc) : null;

    private static object? Long(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number : null;

    /// <summary>
    /// An order of the list: its column, which is read last, its value in a cursor, and back from there, null when it is none.
    /// </summary>
    private sealed record Sort(string Name, string Column, Func<Row, string> Key, Func<string, object?> Parameter)
    {
        public bool Descending { get; init; }
    }

    /// <summary>What the request asks for, as conditions.</summary>
    private sealed class ProductFilter(bool sqlite)
    {
        private readonly Filter _filter = Visible();

        public object?[] Args => [.. _filter.Args];

        /// <summary>A search for something that has no letter or digit.</summary>
        public bool FindsNothing { get; private set; }

        public Error? Read(Request request)
        {
            if (request.Query("storeId") is { } store)
            {
                if (!Guid.TryParseExact(store, "D", out var id))
                {
                    return Errors.Invalid("storeId", "must be a UUID");
                }

                _filter.And("p.store_id = {0}", id);
            }

            if (request.Query("category") is { } category)
            {
                if (!JsonBodyReader.IsClean(category))
                {
                    return Errors.Invalid("category", "has control characters");
                }

                _filter.And("p.category_key = {0}", UnicodeText.Key(category));
            }

            return request.Query("q")?.Trim() is { Length: > 0 } q ? Search(q) : null;
        }

        /// <summary>Goes on after a cursor; false when it is not one of this sort.</summary>
        public bool StartAfter(Sort sort, string[] after)
        {
            if (sort.Parameter(after[0]) is not { } key || !Guid.TryParseExact(after[1], "D", out var id))
            {
                return false;
            }

            _filter.And($"({sort.Column}, p.id) {(sort.Descending ? "<" : ">")} ({{0}}, {{1}})", key, id);
            return true;
        }

        public string Sql(Sort sort, int limit)
        {
            var direction = sort.Descending ? " DESC" : "";
            _filter.Args.Add(limit);
            return $"SELECT {ProductTable.Table.Columns}, {sort.Column} FROM products p{_filter.Where} "
                + $"ORDER BY {sort.Column}{direction}, p.id{direction} LIMIT ${_filter.Args.Count}";
        }

        private Error? Search(string q)
        {
            if (q.Length > MaxQueryLength)
            {
                return Errors.Invalid("q", $"must have at most {MaxQueryLength} characters");
            }

            var words = SearchText.Words(q);
            if (words.Count == 0)
            {
                FindsNothing = true;
            }
            else if (sqlite)
            {
                // Words are letters and digits only, so that quoting them is enough in both languages.
                _filter.And(SqliteSearch, string.Join(' ', words.Select(w => $"\"{w}\"")) + "*");
            }
            else
            {
                _filter.And(PostgresSearch, string.Join(" & ", words.Select(w => $"'{w}'")) + ":*");
            }

            return null;
        }

        private static Filter Visible()
        {
            var filter = new Filter();
            filter.And("p.deleted_at IS NULL");
            return filter;
        }
    }
}

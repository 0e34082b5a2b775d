using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;

namespace Holdfast.Platform.Data;

/// <summary>
/// A table whose rows are items of one type, described column by column. Reading and writing are compiled once from the columns, so that
/// a row costs what handwritten code would cost: no reflection, no boxing.
/// </summary>
public sealed class Table<T>
{
    private readonly TableColumn<T>[] _all;
    private readonly TableColumn<T>[] _written;
    private readonly (Column[] Columns, Action<RowSet, T> Add) _whole;
    private readonly (Column[] Columns, Action<RowSet, T> Add) _new;
    private readonly Func<T, bool> _isNew;

    /// <param name="name">The name in the database.</param>
    /// <param name="alias">The name that queries give it.</param>
    public Table(string name, string alias, params TableColumn<T>[] columns)
    {
        (Name, _all) = (name, columns);
        var read = columns.Where(c => c.Read is not null).ToArray();
        Columns = string.Join(", ", read.Select(c => c.Value is null ? c.Name : $"{alias}.{c.Name}"));
        (Select, Count) = ($"SELECT {Columns} FROM {name} {alias} ", read.Length);
        Map = Reader(read);
        _written = [.. columns.Where(c => c.Value is not null)];
        (_whole, _new) = (Insert(_written), Insert(Those(c => !c.IsLater)));
        _isNew = SayNothing(Those(c => c.IsLater));
    }

    public string Name { get; }

    public IReadOnlyList<TableColumn<T>> All => _all;

    /// <summary>The members that are served in JSON.</summary>
    public IEnumerable<JsonMember> Members => _all.Select(c => c.Member).OfType<JsonMember>();

    /// <summary>The columns that a query selects for <see cref="Map"/>, with the table's alias.</summary>
    public string Columns { get; }

    private string Select { get; }

    /// <summary>The number of columns that <see cref="Map"/> reads.</summary>
    public int Count { get; }

    /// <summary>Makes an item from a row that begins with <see cref="Columns"/>.</summary>
    public Func<Row, T> Map { get; }

    /// <summary>The clause after an insert that makes existing rows take the values that were to be inserted.</summary>
    public string OrChange => $"ON CONFLICT ({string.Join(", ", _written.Where(c => c.IsKey).Select(c => c.Name))}) DO UPDATE SET "
        + string.Join(", ", _written.Where(c => c.IsChanging).Select(c => $"{c.Name} = excluded.{c.Name}"));

    /// <summary>A column that stores a property unchanged.</summary>
    public static TableColumn<T> Column<TValue>(string name, Expression<Func<T, TValue>> property)
    {
        var member = PropertyOf(property);
        var isNullable = new NullabilityInfoContext().Create(member).WriteState == NullabilityState.Nullable;
        return new(name, TypeOf(typeof(TValue)), member, (row, i) => ReadAs(typeof(TValue), isNullable, row, i),
            item => Expression.Property(item, member));
    }

    /// <summary>A column that stores a property in another form.</summary>
    public static TableColumn<T> Column<TValue, TStored>(string name, Expression<Func<T, TValue>> property, Func<TStored, TValue> read,
        Func<T, TStored> write) => Written(name, write) with
        {
            Property = PropertyOf(property),
            Read = (row, i) => Expression.Invoke(Expression.Constant(read), ReadAs(typeof(TStored), isNullable: true, row, i)),
        };

    /// <summary>A column that is never read.</summary>
    public static TableColumn<T> Written<TStored>(string name, Func<T, TStored> write) =>
        new(name, TypeOf(typeof(TStored)), null, null, item => Expression.Invoke(Expression.Constant(write), item));

    /// <summary>An SQL expression that is only read.</summary>
    public static TableColumn<T> Joined<TValue>(string sql, Expression<Func<T, TValue>> property) =>
        Column(sql, property) with { Value = null };

    /// <summary>A served member without a column of its own.</summary>
    public static TableColumn<T> Made(string member, string schema, Action<Utf8JsonWriter, T> write, bool optional = false) =>
        new("", default, null, null, null)
        {
            Member = new JsonMember(member, schema, optional, (json, item) => Expression.Invoke(Expression.Constant(write), json, item)),
        };

    /// <summary>Adds a query of items to a batch.</summary>
    /// <param name="rest">What follows <c>SELECT ... FROM name alias</c>.</param>
    public QueryResult<T> Query(StatementBatch batch, string rest, params object?[] args) => batch.Query(Select + rest, Map, args);

    /// <summary>Returns the items of a query.</summary>
    public Task<List<T>> QueryAsync(DbSession session, string rest, params object?[] args) => session.QueryAsync(Select + rest, Map, args);

    /// <summary>Returns the first item of a query, or default.</summary>
    public Task<T?> FirstAsync(DbSession session, string rest, params object?[] args) => session.FirstAsync(Select + rest, Map, args);

    /// <summary>Returns the items as rows to insert.</summary>
    public RowSet Rows(IEnumerable<T> items)
    {
        var all = items as IReadOnlyList<T> ?? [.. items];
        var (columns, add) = all.All(_isNew) ? _new : _whole;
        var rows = new RowSet(Name, columns);
        foreach (var item in all)
        {
            add(rows, item);
        }

        return rows;
    }

    /// <summary>Describes an update of the changing columns and of others.</summary>
    /// <param name="also">The other columns to update.</param>
    /// <param name="where">A further condition on the rows.</param>
    public TableChange<T> Change(Func<TableColumn<T>, bool>? also = null, string? where = null) =>
        new(Name, Those(c => c.IsKey), Those(c => c.IsChanging || also?.Invoke(c) == true), Those(c => c.IsGuard), where);

    /// <summary>Writes the members of an item, in the order of the columns.</summary>
    public Action<Utf8JsonWriter, T> Writer()
    {
        var (json, item) = (Expression.Parameter(typeof(Utf8JsonWriter)), Expression.Parameter(typeof(T)));
        var members = Members.Select(m => m.Write(json, item));
        return Expression.Lambda<Action<Utf8JsonWriter, T>>(Expression.Block(members), json, item).Compile();
    }

    /// <summary>Replaces what is personal in an item. The caller must be the only owner of the item.</summary>
    /// <param name="standIn">The text that replaces the buyer's email.</param>
    public void Erase(T item, string standIn)
    {
        foreach (var column in _all)
        {
            column.Erase?.Invoke(item, standIn);
        }
    }

    /// <summary>Adds the values of an item to a set, column by column.</summary>
    internal static Action<RowSet, T> Adder(TableColumn<T>[] columns)
    {
        var (rows, item) = (Expression.Parameter(typeof(RowSet)), Expression.Parameter(typeof(T)));
        return Expression.Lambda<Action<RowSet, T>>(Expression.Block(columns.Select(c => c.Value!(item)).Select(value =>
        {
            var isPlain = value.Type.IsValueType && Nullable.GetUnderlyingType(value.Type) is null;
            var added = isPlain ? Expression.Convert(value, typeof(Nullable<>).MakeGenericType(value.Type)) : value;
            return Expression.Call(rows, nameof(RowSet.Add), null, added);
        })), rows, item).Compile();
    }

    private static (Column[] Columns, Action<RowSet, T> Add) Insert(TableColumn<T>[] columns) =>
        ([.. columns.Select(c => new Column(c.Name, c.Type))], Adder(columns));

    /// <summary>Whether all these columns are null, 0 or false in an item.</summary>
    private static Func<T, bool> SayNothing(TableColumn<T>[] columns)
    {
        var item = Expression.Parameter(typeof(T));
        var nothing = columns.Select(c => c.Value!(item)).Select(v => Expression.Equal(v, Expression.Default(v.Type)));
        var all = nothing.Aggregate<Expression, Expression>(Expression.Constant(true), Expression.AndAlso);
        return Expression.Lambda<Func<T, bool>>(all, item).Compile();
    }

    private TableColumn<T>[] Those(Func<TableColumn<T>, bool> which) => [.. _written.Where(which)];

    private static Func<Row, T> Reader(TableColumn<T>[] columns)
    {
        var row = Expression.Parameter(typeof(Row));
        var values = columns.Select((c, i) => (c.Property, Value: c.Read!(row, i))).ToDictionary(c => c.Property!.Name);
        var constructor = typeof(T).GetConstructor([]) ?? typeof(T).GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        var parameters = constructor.GetParameters().Select(p => p.Name!).ToList();
        var made = Expression.New(constructor, parameters.Select(p => values[p].Value));
        var set = values.Values.Where(v => !parameters.Contains(v.Property!.Name)).Select(v => Expression.Bind(v.Property!, v.Value));
        return Expression.Lambda<Func<Row, T>>(Expression.MemberInit(made, set), row).Compile();
    }

    private static PropertyInfo PropertyOf(LambdaExpression property) => (PropertyInfo)((MemberExpression)property.Body).Member;

    private static MethodCallExpression ReadAs(Type type, bool isNullable, Expression row, int i)
    {
        var orNull = isNullable && (!type.IsValueType || Nullable.GetUnderlyingType(type) is not null) ? "OrNull" : "";
        return Expression.Call(row, TypeOf(type) + orNull, null, Expression.Constant(i));
    }

    private static ColumnType TypeOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type).Name switch
    {
        nameof(Guid) => ColumnType.Uuid,
        nameof(String) => ColumnType.Text,
        nameof(Int32) => ColumnType.Int,
        nameof(Int64) => ColumnType.Long,
        nameof(Boolean) => ColumnType.Bool,
        nameof(DateTime) => ColumnType.Time,
        var other => throw new ArgumentException($"there is no column type for {other}"),
    };
}

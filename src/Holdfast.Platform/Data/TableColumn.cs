using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;

namespace Holdfast.Platform.Data;

/// <summary>
/// What there is to say of a column of a <see cref="Table{T}"/>: how it is stored, under which names it is served and exported, and whether
/// it is personal.
/// </summary>
/// <param name="Property">The property that it is read into.</param>
/// <param name="Read">The value at a position of a row. Null: it is never read.</param>
/// <param name="Value">The stored value of an item. Null: it is never written.</param>
public sealed record TableColumn<T>(string Name, ColumnType Type, PropertyInfo? Property, Func<Expression, int, Expression>? Read,
    Func<Expression, Expression>? Value)
{
    public bool IsKey { get; private init; }

    public bool IsChanging { get; private init; }

    public bool IsGuard { get; private init; }

    /// <summary>Whether rows are inserted without it as long as it says nothing in any of them.</summary>
    public bool IsLater { get; private init; }

    public bool IsPersonal { get; private init; }

    public JsonMember? Member { get; init; }

    /// <summary>The column of exports and its place among them. Null: it is not exported.</summary>
    public (int Place, string Name)? Export { get; private init; }

    /// <summary>Replaces the value of an item whose buyer is forgotten, by what stands in for the buyer's email.</summary>
    internal Action<T, string>? Erase { get; private init; }

    /// <summary>A row is changed by this column.</summary>
    public TableColumn<T> Key() => this with { IsKey = true };

    /// <summary>It is written again when a row changes.</summary>
    public TableColumn<T> Changes() => this with { IsChanging = true };

    /// <summary>A row changes only as long as this column has the value that was read.</summary>
    public TableColumn<T> Guards() => this with { IsGuard = true, IsChanging = true };

    /// <summary>New rows have the database's default, which is null, 0 or false: it costs an insert nothing.</summary>
    public TableColumn<T> Later() => this with { IsLater = true };

    /// <summary>It is served as it is stored.</summary>
    /// <param name="optional">Left out when it is null or 0.</param>
    /// <param name="isJson">The stored text is JSON.</param>
    public TableColumn<T> Served(string member, string schema, bool optional = false, bool isJson = false)
    {
        var name = Expression.Constant(JsonEncodedText.Encode(member));
        return this with
        {
            Member = new JsonMember(member, schema, optional, (json, item) =>
            {
                var value = Value!(item);
                Expression write = !isJson ? WriteAs(json, name, value) : Expression.Block(
                    Expression.Call(json, nameof(Utf8JsonWriter.WritePropertyName), null, name),
                    Expression.Call(json, nameof(Utf8JsonWriter.WriteRawValue), null, value, Expression.Constant(true)));
                return optional ? Expression.IfThen(Expression.NotEqual(value, Expression.Default(value.Type)), write) : write;
            }),
        };
    }

    /// <summary>It is exported at this place, under its own name or another.</summary>
    public TableColumn<T> Exported(int place, string? name = null) => this with { Export = (place, name ?? Name) };

    /// <summary>It goes when the buyer's account is closed.</summary>
    public TableColumn<T> Personal() =>
        this with { IsPersonal = true, Erase = Property is null ? null : Setter(_ => Expression.Default(Property.PropertyType)) };

    /// <summary>It is replaced when the buyer's account is closed.</summary>
    /// <param name="replace">The value that takes its place, by what stands in for the buyer's email.</param>
    public TableColumn<T> Personal<TValue>(Func<string, TValue> replace) =>
        this with { IsPersonal = true, Erase = Setter(standIn => Expression.Invoke(Expression.Constant(replace), standIn)) };

    private static MethodCallExpression WriteAs(Expression json, Expression name, Expression value)
    {
        var type = Nullable.GetUnderlyingType(value.Type) ?? value.Type;
        if (type == typeof(DateTime))
        {
            return Expression.Call(typeof(Times), nameof(Times.Write), null, json, name, Expression.Convert(value, typeof(DateTime?)));
        }

        var method = type == typeof(bool) ? nameof(Utf8JsonWriter.WriteBoolean)
            : type.IsPrimitive ? nameof(Utf8JsonWriter.WriteNumber)
            : nameof(Utf8JsonWriter.WriteString);
        return Expression.Call(json, method, null, name, value);
    }

    private Action<T, string> Setter(Func<Expression, Expression> value)
    {
        var (item, standIn) = (Expression.Parameter(typeof(T)), Expression.Parameter(typeof(string)));
        var assignment = Expression.Assign(Expression.Property(item, Property!), value(standIn));
        return Expression.Lambda<Action<T, string>>(assignment, item, standIn).Compile();
    }
}

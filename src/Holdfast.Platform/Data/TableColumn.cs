using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;

namespace Holdfast.Platform.Data;

/// <summary>
/// Describes a column of a <see cref="Table{T}"/>: how it is stored, under which names it is served and exported, and whether it is
/// personal.
/// </summary>
/// <param name="Property">The property that the column is read into.</param>
/// <param name="Read">Reads the value at a position of a row. Null: the column is never read.</param>
/// <param name="Value">Returns the stored value of an item. Null: the column is never written.</param>
public sealed record TableColumn<T>(string Name, ColumnType Type, PropertyInfo? Property, Func<Expression, int, Expression>? Read,
    Func<Expression, Expression>? Value)
{
    public bool IsKey { get; private init; }

    public bool IsChanging { get; private init; }

    public bool IsGuard { get; private init; }

    /// <summary>Whether an insert omits the column if it is null or zero in every row.</summary>
    public bool IsLater { get; private init; }

    public bool IsPersonal { get; private init; }

    public JsonMember? Member { get; init; }

    /// <summary>The name and the position of the column in exports. Null: it is not exported.</summary>
    public (int Place, string Name)? Export { get; private init; }

    /// <summary>Replaces the value when the buyer is erased. Its argument replaces the buyer's email.</summary>
    internal Action<T, string>? Erase { get; private init; }

    /// <summary>The column identifies the row to change.</summary>
    public TableColumn<T> Key() => this with { IsKey = true };

    /// <summary>The column is written again when a row changes.</summary>
    public TableColumn<T> Changes() => this with { IsChanging = true };

    /// <summary>A row changes only if this column still has the value that was read.</summary>
    public TableColumn<T> Guards() => this with { IsGuard = true, IsChanging = true };

    /// <summary>New rows get the database's default (null, 0 or false), so that an insert does not send the value.</summary>
    public TableColumn<T> Later() => this with { IsLater = true };

    /// <summary>The value is served as it is stored.</summary>
    /// <param name="optional">The member is left out when it is null or 0.</param>
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

    /// <summary>The column is exported at this position, under its own name or another.</summary>
    public TableColumn<T> Exported(int place, string? name = null) => this with { Export = (place, name ?? Name) };

    /// <summary>The value is removed when the buyer's account is closed.</summary>
    public TableColumn<T> Personal() =>
        this with { IsPersonal = true, Erase = Property is null ? null : Setter(_ => Expression.Default(Property.PropertyType)) };

    /// <summary>The value is replaced when the buyer's account is closed.</summary>
    /// <param name="replace">Returns the replacement. Its argument replaces the buyer's email.</param>
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

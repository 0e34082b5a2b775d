using System.Linq.Expressions;

namespace Holdfast.Platform.Data;

/// <summary>A member of the JSON in which the items of a table are served.</summary>
/// <param name="Schema">The JSON Schema of its value.</param>
/// <param name="IsOptional">Whether it is left out when it says nothing.</param>
/// <param name="Write">Calls a writer for an item.</param>
public sealed record JsonMember(string Name, string Schema, bool IsOptional, Func<Expression, Expression, Expression> Write);

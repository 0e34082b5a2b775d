using System.Linq.Expressions;

namespace Holdfast.Platform.Data;

/// <summary>A member of the JSON object in which a table's items are served.</summary>
/// <param name="Schema">The JSON Schema of its value.</param>
/// <param name="IsOptional">Whether the member is left out when it is null or zero.</param>
/// <param name="Write">Calls a writer for an item.</param>
public sealed record JsonMember(string Name, string Schema, bool IsOptional, Func<Expression, Expression, Expression> Write);

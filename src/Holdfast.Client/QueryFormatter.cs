using System.Globalization;
using System.Reflection;
using Refit;

namespace Holdfast.Client;

/// <summary>Values in paths and queries as the API reads them.</summary>
internal sealed class QueryFormatter : DefaultUrlParameterFormatter
{
    public override string? Format(object? value, ICustomAttributeProvider attributeProvider, Type type) => value switch
    {
        bool flag => flag ? "true" : "false",
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        _ => base.Format(value, attributeProvider, type),
    };
}

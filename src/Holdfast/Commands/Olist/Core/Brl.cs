namespace Holdfast.Commands.Olist.Core;

/// <summary>The currency of the data set.</summary>
internal static class Brl
{
    public const string Code = "BRL";

    /// <summary>Centavos as <c>1,234.56</c>.</summary>
    public static string Of(long centavos) => FormattableString.Invariant($"{centavos / 100m:N2}");
}

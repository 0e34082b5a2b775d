using Holdfast.Commands.Tables.Core;

namespace Holdfast.Commands.Tables;

/// <summary>What somebody has said of a file that is read.</summary>
/// <param name="Encoding">Null: by its byte order mark, else UTF-8.</param>
/// <param name="Sheet">Null: the first one of a spreadsheet.</param>
internal sealed record TableOptions(string? Encoding = null, string? Sheet = null, DecimalMark Decimal = DecimalMark.Unsaid);

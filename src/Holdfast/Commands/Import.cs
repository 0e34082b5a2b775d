using System.CommandLine;
using Holdfast.Commands.Olist;

namespace Holdfast.Commands;

/// <summary><c>import</c>: what can be brought into a database from files.</summary>
internal static class Import
{
    public static Command Command() => new("import", "Bring data in from files.") { ImportCommand.Command(), ImportProducts.Command() };
}

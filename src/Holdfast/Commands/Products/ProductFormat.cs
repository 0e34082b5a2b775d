using Holdfast.Commands.Tables;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Products;

/// <summary>How the rows of a file are to be read.</summary>
internal abstract class ProductFormat(HeaderNames header, ImportOptions options)
{
    protected const int MaxQuantity = 1_000_000_000;
    protected const string DefaultReference = "import";

    protected HeaderNames Header => header;

    protected ImportOptions Options => options;

    /// <summary>The format that the header of a file is of.</summary>
    /// <exception cref="StartupException">It is of none, with one sentence that says what to do.</exception>
    public static ProductFormat Of(string name, TableRecord record, ImportOptions options)
    {
        if (record.Fields is null)
        {
            throw new StartupException($"{name} line {record.Line}: {record.Fault}.");
        }

        var header = new HeaderNames(record);
        var foreign = ShopifyColumns.Knows(header) ? new ShopifyColumns(header, options) : WooCommerceColumns.Knows(header)
            ? new WooCommerceColumns(header, options) : (ProductFormat?)null;
        if (foreign is not null && options.Store is null)
        {
            throw new StartupException($"{name} is {foreign.Origin} product export: say --store=SLUG, the store to import it into.");
        }

        return foreign ?? ProductColumns.FromHeader(name, record.Line, header, options);
    }

    /// <summary>Whose format it is.</summary>
    protected abstract string Origin { get; }

    /// <summary>The row, or the first thing that is wrong with it, or neither for a row that tells of no variant.</summary>
    public (FileRow? Row, BadField? Fault) Read(TableRecord record)
    {
        if (record.Fields is null)
        {
            return (null, new BadField(record.Line, null, record.Fault!));
        }

        var reading = new RowReading(header, record, options.Table.Decimal);
        var row = Read(reading);
        for (var i = 0; i < header.Names.Count; i++)
        {
            if (header.Names[i].Length == 0 && !string.IsNullOrWhiteSpace(record.Fields[i]))
            {
                reading.Wrong<string>($"{i + 1}", "has a value here and no name in the header");
            }
        }

        return reading.Fault is { } fault ? (null, fault) : (row, null);
    }

    protected abstract FileRow? Read(RowReading row);
}

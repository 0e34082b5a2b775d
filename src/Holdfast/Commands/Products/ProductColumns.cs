using System.Globalization;
using Holdfast.Catalog.Core;
using Holdfast.Platform;
using Holdfast.Platform.Http;

namespace Holdfast.Commands.Products;

/// <summary>A row that can be read by itself; the price is still as written, because its decimals are the store's currency's.</summary>
/// <param name="Quantity">Pieces to receive, once per variant and reference.</param>
internal sealed record FileRow(int Line, string Store, string Price, ProductRow Product, int? Quantity, string Reference);

/// <summary>What is wrong with a row: nothing of it is imported.</summary>
internal readonly record struct BadField(int Line, string? Column, string Message)
{
    public override string ToString() => Column is null ? $"line {Line}: {Message}" : $"line {Line}, column {Column}: {Message}";
}

/// <summary>The columns of a product file, found by the names in its header (docs/import-products.md).</summary>
internal sealed class ProductColumns
{
    private const string AttributePrefix = "attribute:";
    private const string DefaultReference = "import";

    private static readonly string[] Required = ["store", "product", "sku", "price"];
    private static readonly string[] Optional = ["name", "category", "description", "active", "purchaseLimit", "quantity", "reference"];

    private readonly string[] _names;

    private ProductColumns(string[] names) => _names = names;

    /// <summary>The columns, or why a file with this header is not read at all: a column is missing, unknown or there twice.</summary>
    public static (ProductColumns? Columns, IReadOnlyList<BadField> Faults) FromHeader(int line, string[] header)
    {
        string[] names = [.. header.Select(h => h.Trim())];
        var faults = new List<BadField>();
        faults.AddRange(Required.Except(names).Select(missing => new BadField(line, missing, "is missing")));
        for (var i = 0; i < names.Length; i++)
        {
            var attribute = names[i].StartsWith(AttributePrefix, StringComparison.Ordinal) ? names[i][AttributePrefix.Length..] : null;
            if (Array.IndexOf(names, names[i]) < i)
            {
                faults.Add(new BadField(line, Shown(names[i]), "is there twice"));
            }
            else if (attribute is null ? !Required.Contains(names[i]) && !Optional.Contains(names[i]) : attribute.Length is 0 or > 40 || !Fields.IsClean(attribute))
            {
                faults.Add(new BadField(line, Shown(names[i]), $"is not known; known are {string.Join(", ", Required.Concat(Optional))} and {AttributePrefix}NAME"));
            }
        }

        return (faults.Count == 0 ? new ProductColumns(names) : null, faults);
    }

    /// <summary>The row, or the first thing that is wrong with it.</summary>
    public (FileRow? Row, BadField Fault) Read(int line, string[] fields)
    {
        var reading = new Reading(this, line, fields);
        var row = new FileRow(line, reading.Text("store", 63), reading.Text("price", 40),
            new ProductRow(Guid.CreateVersion7(), Guid.CreateVersion7(), reading.Text("product", 200), reading.Text("sku", 100))
            {
                VariantName = reading.TextOrNull("name", 200),
                Category = reading.TextOrNull("category", 100),
                Description = reading.TextOrNull("description", 10_000, lines: true),
                Active = reading.BoolOrNull("active"),
                PurchaseLimit = reading.CountOrNull("purchaseLimit", 1_000_000),
                Attributes = reading.Attributes(),
            },
            reading.CountOrNull("quantity", 1_000_000_000), reading.TextOrNull("reference", 200) ?? DefaultReference);
        return reading.Fault is { } fault ? (null, fault) : (row, default);
    }

    /// <summary>A value as messages quote it.</summary>
    public static string Shown(string text)
    {
        var start = text.Length <= 40 ? text : $"{text[..40]}...";
        return string.Concat(start.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }

    private sealed class Reading(ProductColumns columns, int line, string[] fields)
    {
        public BadField? Fault { get; private set; }

        public string Text(string column, int max) => TextOrNull(column, max) ?? Wrong<string>(column, "is empty") ?? "";

        public string? TextOrNull(string column, int max, bool lines = false)
        {
            var at = Array.IndexOf(columns._names, column);
            var text = at < 0 ? "" : UnicodeText.Nfc(fields[at].Trim());
            return text.Length == 0 ? null
                : text.Length > max ? Wrong<string>(column, $"is longer than {max} characters")
                : text.Contains('\uFFFD', StringComparison.Ordinal) ? Wrong<string>(column, "is not UTF-8")
                : !Fields.IsClean(text, lines) ? Wrong<string>(column, lines ? "has control characters" : "has control characters or line breaks")
                : text;
        }

        public bool? BoolOrNull(string column) => TextOrNull(column, 40)?.ToLowerInvariant() switch
        {
            null => null,
            "true" => true,
            "false" => false,
            var other => Wrong<bool?>(column, $"'{Shown(other)}' is not true or false"),
        };

        public int? CountOrNull(string column, int max) => TextOrNull(column, 40) is not { } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= max ? count
            : Wrong<int?>(column, $"'{Shown(text)}' is not a whole number from 1 to {max}");

        public IReadOnlyDictionary<string, string> Attributes()
        {
            var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in columns._names.Where(n => n.StartsWith(AttributePrefix, StringComparison.Ordinal)))
            {
                if (TextOrNull(name, 500) is { } value)
                {
                    attributes[name[AttributePrefix.Length..]] = value;
                }
            }

            return attributes;
        }

        private T? Wrong<T>(string column, string message)
        {
            Fault ??= new BadField(line, column, message);
            return default;
        }
    }
}

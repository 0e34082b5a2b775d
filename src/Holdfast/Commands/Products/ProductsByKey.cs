namespace Holdfast.Commands.Products;

/// <summary>
/// The products of a file so far, by what its rows call them. Here products are known by their names: two of one name would become one.
/// </summary>
internal sealed class ProductsByKey(string what)
{
    private readonly Dictionary<string, ForeignProduct> _byKey = [];
    private readonly Dictionary<string, string> _keys = [];

    /// <summary>Takes a product in, under one or two keys; a name that another one has is a fault of the row.</summary>
    public void Add(RowReading row, string column, string key, ForeignProduct product, string? alias = null)
    {
        if (_keys.TryGetValue(product.Name, out var other) && other != key)
        {
            row.Wrong<string>(column,
                $"'{RowReading.Shown(product.Name)}' is the name of another product (line {_byKey[other].Line}, {what} "
                    + $"{RowReading.Shown(other)}): rename one of them");
            return;
        }

        _keys[product.Name] = key;
        _byKey[key] = product;
        if (alias is not null)
        {
            _byKey.TryAdd(alias, product);
        }
    }

    public ForeignProduct? Find(string key) => _byKey.GetValueOrDefault(key);
}

using Holdfast.Catalog.Core;

namespace Holdfast.Commands.Products;

/// <summary>Tells how an import goes: the first faults one by one, how far it is, and what it came to.</summary>
internal sealed class ImportReport(string name, TextWriter output, bool dryRun)
{
    private const int ProgressEvery = 10_000;
    private const int MaxFaults = 20;

    private readonly int[] _effects = new int[3];
    private int _rows;
    private int _refused;
    private int _faults;
    private int _products;
    private int _receipts;
    private int _differing;

    /// <summary>Whether anything was refused or named.</summary>
    public bool HasFaults => _faults > 0;

    public void Refuse(BadField bad)
    {
        _refused++;
        Tell(bad);
    }

    public void Count(SliceResult slice)
    {
        slice.Faults.ForEach(Refuse);
        slice.Differing.ForEach(Tell);
        slice.Effects.ForEach(e => _effects[(int)e]++);
        _products += slice.Products;
        _receipts += slice.Receipts;
        _differing += slice.Differing.Count;
        if (_rows / ProgressEvery != (_rows + slice.Rows) / ProgressEvery)
        {
            output.WriteLine($"{name}: {_rows + slice.Rows} rows so far");
        }

        _rows += slice.Rows;
    }

    public void Summarise()
    {
        if (_faults > MaxFaults)
        {
            output.WriteLine($"{name}: and {_faults - MaxFaults} more");
        }

        var (created, changed, unchanged) = (_effects[(int)RowEffect.Created], _effects[(int)RowEffect.Changed],
            _effects[(int)RowEffect.Unchanged]);
        var differing = _differing == 0 ? "" : $" {_differing} receipts differ from what is booked.";
        output.WriteLine(dryRun
            ? $"{name}: nothing was changed; would create {created} variants ({_products} new products), change {changed}, leave "
                + $"{unchanged} as they are; {_receipts} receipts of stock; {_refused} rows refused.{differing}"
            : $"{name}: {created} variants created ({_products} new products), {changed} changed, {unchanged} as they were; "
                + $"{_receipts} receipts of stock; {_refused} rows refused.{differing}");
    }

    private void Tell(BadField bad)
    {
        if (_faults++ < MaxFaults)
        {
            output.WriteLine($"{name} {bad}");
        }
    }
}

using System.Globalization;

namespace Holdfast.Bench;

/// <summary>Every number of every run: kept for the medians, printed as it comes, and appended to a file.</summary>
internal sealed class Measurements(string rawFile, string started)
{
    private readonly Dictionary<string, (string Unit, List<double> Values)> _series = [];
    private readonly List<(string Name, string Text)> _facts = [];

    /// <summary>The series in the order in which they were first measured.</summary>
    public IEnumerable<(string Name, string Unit, List<double> Values)> Series =>
        _series.Select(s => (s.Key, s.Value.Unit, s.Value.Values));

    /// <summary>What else is worth knowing, in the order in which it was found.</summary>
    public IReadOnlyList<(string Name, string Text)> Facts => _facts;

    public void Add(string name, string unit, double value)
    {
        if (!_series.TryGetValue(name, out var series))
        {
            _series[name] = series = (unit, []);
        }

        series.Values.Add(value);
        Console.WriteLine($"  {name}: {Show(value)} {unit}");
        if (!File.Exists(rawFile))
        {
            File.WriteAllText(rawFile, "started,series,run,value,unit\n");
        }

        File.AppendAllText(rawFile,
            string.Create(CultureInfo.InvariantCulture, $"{started},{name},{series.Values.Count},{value:0.###},{unit}\n"));
    }

    /// <summary>Says something beside the ratios; a later fact of the same name replaces an earlier one.</summary>
    public void Note(string name, string text)
    {
        _facts.RemoveAll(f => f.Name == name);
        _facts.Add((name, text));
        Console.WriteLine($"  {name}: {text}");
    }

    /// <summary>The median of a series; NaN where it was not measured.</summary>
    public double Median(string name) => _series.TryGetValue(name, out var series) ? Statistics.Median(series.Values) : double.NaN;

    public double Ratio(string over, string under) => Median(over) / Median(under);

    public static string Show(double value) => double.IsNaN(value) ? "-"
        : value.ToString(Math.Abs(value) >= 1000 ? "#,0" : Math.Abs(value) >= 100 ? "0" : "0.00", CultureInfo.InvariantCulture);
}

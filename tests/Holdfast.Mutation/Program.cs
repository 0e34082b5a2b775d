using System.Diagnostics;
using System.Globalization;
using Holdfast.Mutation;

// Plants the faults of the table into a copy of the sources, switches on one at a time and says whether the tests that it names notice.
// Arguments: the numbers of some faults; without: all. Exit codes: 0 all were noticed, 1 some were not, 2 it could not be found out.
var root = FindRoot();
var limit = TimeSpan.FromSeconds(180);
var table = FaultTable.Read(root);
var numbers = args.Select(a => int.Parse(a, CultureInfo.InvariantCulture)).ToHashSet();
var chosen = table.Where(f => numbers.Count == 0 || numbers.Contains(f.Number)).ToList();
var problems = table.Select(f => f.Find(File.ReadAllText(Path.Combine(root, f.File))).Problem).OfType<string>().ToList();
if (problems.Count > 0 || chosen.Count == 0)
{
    problems.ForEach(Console.Error.WriteLine);
    Console.Error.WriteLine(chosen.Count == 0 ? "There is no such fault." : "The table does not fit the sources.");
    return 2;
}

var tree = new PlantedTree(root);
tree.Write(table);
Console.WriteLine($"Building the copy with {table.Count} faults ...");
if (!await tree.BuildAsync())
{
    Console.Error.WriteLine("The copy does not build.");
    return 2;
}

Console.WriteLine("Running the tests without a fault ...");
var (first, output) = await TestRun.RunAsync(tree.Tests, chosen.SelectMany(f => f.Tests).Distinct(), null, limit * 5);
if (first != Verdict.Passed)
{
    Console.Error.WriteLine($"{output}\nWithout a fault the tests have {first}: nothing can be said.");
    return 2;
}

var (clock, noticed, missed, equivalent) = (Stopwatch.StartNew(), 0, new List<Fault>(), 0);
var gate = new Lock();
await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (fault, _) =>
{
    var began = Stopwatch.GetTimestamp();
    var (verdict, _) = await TestRun.RunAsync(tree.Tests, fault.Tests, fault.Number, limit);
    var word = verdict switch
    {
        Verdict.Failed => "killed",
        Verdict.TimedOut => "timed out",
        Verdict.Passed => "survived",
        _ => "no tests",
    };
    var (seconds, file) = (Stopwatch.GetElapsedTime(began).TotalSeconds, Path.GetFileName(fault.File));
    var reason = fault.Equivalent is { } why ? $" (equivalent: {why})" : "";
    lock (gate)
    {
        Console.WriteLine($"{fault.Number,4} {word,-9} {seconds,5:0.0} s  {file}: {fault.What}{reason}");
        if (verdict is Verdict.Failed or Verdict.TimedOut)
        {
            noticed++;
        }
        else if (fault.Equivalent is not null)
        {
            equivalent++;
        }
        else
        {
            missed.Add(fault);
        }
    }
});

var which = missed.Count == 0 ? "" : $" ({string.Join(", ", missed.Select(f => f.Number).Order())})";
Console.WriteLine($"{noticed} of {chosen.Count} killed, {equivalent} equivalent, {missed.Count} survived{which}, "
    + $"{clock.Elapsed.TotalMinutes:0.0} min");
return missed.Count == 0 ? 0 : 1;

static string FindRoot()
{
    var folder = new DirectoryInfo(AppContext.BaseDirectory);
    while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
    {
        folder = folder.Parent;
    }

    return folder?.FullName ?? throw new InvalidOperationException("this must run from a folder under the repository's root");
}

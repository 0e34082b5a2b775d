using System.Globalization;

namespace Holdfast.Bench;

/// <summary>What the command line asked for.</summary>
internal sealed class Options
{
    public const string Help = """
        ./bench                      every row of docs/performance.md: medians of 5 interleaved runs, about half an hour on 2 cores
          --quick                    3 short runs and 100,000 orders instead of 1,000,000: a few minutes; for a look, not for the page
          --only NAME[,NAME]         in-process, http, http-items, hot-items, refusals, sqlite, million, p99,
                                     charges, attempts, fairness, cached, events, verify
          --runs N  --seconds S      how many runs, and how long each is measured
          --clients N[,N]            pgbench's client counts to choose the best from (1,2,4,8,16,32)
          --orders N                 how many orders "million" and "verify" mean
          --folder DIR               where the databases go (/var/tmp); must be a real disk with 15 GB free
          --update-docs              puts the table into docs/performance.md
          --profile in-process       only the engine, in process: orders/s, batch sizes, where the time goes; takes
                                     --database sqlite|postgresql --items N --submitters N --max-batch N --seconds S
                                     --buyers guests|accounts|withcodeandpoints|newcomers
        """;

    public static readonly string[] RowNames =
    [
        "in-process", "http", "http-items", "hot-items", "refusals", "sqlite", "million", "p99", "charges", "attempts", "fairness",
        "cached", "events", "verify",
    ];

    public bool Quick { get; private set; }

    public bool ShowHelp { get; private set; }

    public bool UpdateDocs { get; private set; }

    public string? Profile { get; private set; }

    public bool BareKestrel { get; private set; }

    public int Port { get; private set; }

    public int AnswerBytes { get; private set; } = 300;

    public string Database { get; private set; } = "postgresql";

    public int Items { get; private set; } = 1;

    public int Submitters { get; private set; } = 1024;

    public int MaxBatch { get; private set; }

    public Buyers Buyers { get; private set; }

    public string Folder { get; private set; } = "/var/tmp";

    public IReadOnlyList<int> Clients { get; private set; } = [1, 2, 4, 8, 16, 32];

    public IReadOnlyList<string> Only { get; private set; } = RowNames;

    public int Runs => _runs ?? (Quick ? 3 : 5);

    public TimeSpan Measured => TimeSpan.FromSeconds(_seconds ?? (Quick ? 4 : 10));

    public long Orders => _orders ?? (Quick ? 100_000 : 1_000_000);

    private int? _runs;
    private double? _seconds;
    private long? _orders;

    /// <summary>Throws <see cref="ArgumentException"/> with a line for the reader.</summary>
    public static Options Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i];
            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{name} needs a value");
            int Count() => int.TryParse(Value(), CultureInfo.InvariantCulture, out var n) && n > 0 ? n
                : throw new ArgumentException($"{name} needs a number above 0");
            options.Take(name, Value, Count);
        }

        if (options.Only.FirstOrDefault(n => !RowNames.Contains(n)) is { } unknown)
        {
            throw new ArgumentException($"no row is called {unknown}: {string.Join(", ", RowNames)}");
        }

        return options;
    }

    private void Take(string name, Func<string> value, Func<int> count)
    {
        switch (name)
        {
            case "--help" or "-h": ShowHelp = true; break;
            case "--quick": Quick = true; break;
            case "--update-docs": UpdateDocs = true; break;
            case "--bare-kestrel": BareKestrel = true; break;
            case "--only": Only = value().Split(','); break;
            case "--clients": Clients = [.. value().Split(',').Select(c => int.Parse(c, CultureInfo.InvariantCulture))]; break;
            case "--runs": _runs = count(); break;
            case "--seconds": _seconds = count(); break;
            case "--orders": _orders = count(); break;
            case "--folder": Folder = value(); break;
            case "--profile": Profile = value(); break;
            case "--database": Database = value(); break;
            case "--items": Items = count(); break;
            case "--submitters": Submitters = count(); break;
            case "--max-batch": MaxBatch = count(); break;
            case "--buyers":
                Buyers = Enum.TryParse<Buyers>(value(), ignoreCase: true, out var who) ? who
                : throw new ArgumentException("there are no such buyers"); break;
            case "--port": Port = count(); break;
            case "--answer-bytes": AnswerBytes = count(); break;
            default: throw new ArgumentException($"unknown option {name}\n{Help}");
        }
    }
}

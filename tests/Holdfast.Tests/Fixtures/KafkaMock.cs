using System.Runtime.InteropServices;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// The broker that librdkafka has for tests, in this process: it can go away and come back with all that it had, be slow, and refuse. It
/// speaks the protocol over a port of the loopback, so other processes use it, too.
/// </summary>
public sealed class KafkaMock : IDisposable
{
    /// <summary>Kafka's numbers of requests and errors.</summary>
    public const short OffsetCommit = 8;
    public const short Produce = 0;
    public const int NotLeader = 6;
    public const int TimedOut = 7;
    public const int NotAllowed = 29;

    private const string Library = "librdkafka";
    private const int Broker = 1;

    private readonly nint _client;
    private readonly nint _cluster;

    private KafkaMock(nint client, nint cluster)
    {
        (_client, _cluster) = (client, cluster);
        Brokers = Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(cluster))!;
    }

    /// <summary><c>host:port</c>.</summary>
    public string Brokers { get; }

    // The client's package has two builds for Linux, and takes the second where the first one's libraries for Kerberos are not installed.
    static KafkaMock() => NativeLibrary.SetDllImportResolver(typeof(KafkaMock).Assembly, (name, assembly, path) =>
        name == Library && !NativeLibrary.TryLoad(name, assembly, path, out _) ? NativeLibrary.Load("centos8-librdkafka", assembly, path)
        : nint.Zero);

    public static KafkaMock Start()
    {
        // It complains on the error output that it has no broker to talk to.
        var (settings, error) = (rd_kafka_conf_new(), new byte[512]);
        Check(rd_kafka_conf_set(settings, "log_level", "0", error, (nuint)error.Length));
        var client = rd_kafka_new(0, settings, error, (nuint)error.Length);
        var cluster = client == 0 ? 0 : rd_kafka_mock_cluster_new(client, 1);
        return cluster == 0 ? throw new InvalidOperationException("librdkafka made no broker") : new KafkaMock(client, cluster);
    }

    /// <summary>Ends all connections and takes none.</summary>
    public void Down() => Check(rd_kafka_mock_broker_set_down(_cluster, Broker));

    public void Up() => Check(rd_kafka_mock_broker_set_up(_cluster, Broker));

    /// <summary>It does what it is asked, and answers only so much later.</summary>
    public void Delay(TimeSpan delay) => Check(rd_kafka_mock_broker_set_rtt(_cluster, Broker, (int)delay.TotalMilliseconds));

    /// <summary>Whoever writes to or reads from the topic gets this error; 0: none.</summary>
    public void Refuse(string topic, int error) => rd_kafka_mock_topic_set_error(_cluster, topic, error);

    /// <summary>The next requests of that kind get these errors, one each.</summary>
    public void Fail(short request, int times, int error) =>
        rd_kafka_mock_push_request_errors_array(_cluster, request, (nuint)times, [.. Enumerable.Repeat(error, times)]);

    /// <summary>None of those any more.</summary>
    public void Forgive(short request) => rd_kafka_mock_clear_request_errors(_cluster, request);

    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(_cluster);
        rd_kafka_destroy(_client);
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"librdkafka's broker: error {error}");
        }
    }

    [DllImport(Library)]
    private static extern nint rd_kafka_conf_new();

    [DllImport(Library)]
    private static extern int rd_kafka_conf_set(nint settings, [MarshalAs(UnmanagedType.LPUTF8Str)] string name,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string value, byte[] error, nuint size);

    [DllImport(Library)]
    private static extern nint rd_kafka_new(int type, nint conf, byte[] error, nuint size);

    [DllImport(Library)]
    private static extern void rd_kafka_destroy(nint client);

    [DllImport(Library)]
    private static extern nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [DllImport(Library)]
    private static extern void rd_kafka_mock_cluster_destroy(nint cluster);

    [DllImport(Library)]
    private static extern nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [DllImport(Library)]
    private static extern int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [DllImport(Library)]
    private static extern int rd_kafka_mock_broker_set_up(nint cluster, int broker);

    [DllImport(Library)]
    private static extern int rd_kafka_mock_broker_set_rtt(nint cluster, int broker, int milliseconds);

    [DllImport(Library)]
    private static extern void rd_kafka_mock_topic_set_error(nint cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int error);

    [DllImport(Library)]
    private static extern void rd_kafka_mock_push_request_errors_array(nint cluster, short request, nuint count, int[] errors);

    [DllImport(Library)]
    private static extern void rd_kafka_mock_clear_request_errors(nint cluster, short request);
}

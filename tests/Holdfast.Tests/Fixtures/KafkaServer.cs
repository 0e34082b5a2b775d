using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// A broker that speaks Kafka's protocol: the one that librdkafka has for tests, run by kcat. It keeps everything in memory and loses it
/// when it is killed: for a broker that goes away and comes back there is <see cref="KafkaMock"/>. It ends when this process does: it reads
/// from it.
/// </summary>
public sealed partial class KafkaServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly int _id;

    private KafkaServer(Process process, int id, string brokers) => (_process, _id, Brokers) = (process, id, brokers);

    /// <summary><c>host:port</c>.</summary>
    public string Brokers { get; }

    public static Task<KafkaServer> StartAsync() => Ports.StartAsync(StartOnceAsync);

    private static async Task<KafkaServer> StartOnceAsync()
    {
        var program = new[] { "/usr/bin/kcat", "/usr/local/bin/kcat" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "kcat is not installed: apt-get install kcat");

        // The shell ends kcat when its own input closes, which the kernel does when this process dies.
        const string Run =
            "\"$0\" -C -X test.mock.num.brokers=1 -X debug=mock -t any -b none 2>&1 & pid=$!; echo pid=$pid; exec > /dev/null; cat; kill "
            + "-KILL $pid";
        var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", Run, program!]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        // The shell tells the number, kcat the address, in either order.
        var (id, address) = (0, "");
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("pid=", StringComparison.Ordinal))
            {
                id = int.Parse(line.AsSpan(4), CultureInfo.InvariantCulture);
            }

            if (Address().Match(line) is { Success: true } found)
            {
                address = found.Groups[1].Value;
            }

            if (id > 0 && address.Length > 0)
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return new KafkaServer(process, id, address);
            }
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        throw new EndedException("kcat ended without naming its broker");
    }

    /// <summary>SIGSTOP: connections stay, nothing answers.</summary>
    public void Pause() => Shell.Stop(_id);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Shell.Signal(_id, Shell.SigCont);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [GeneratedRegex(@"bootstrap\.servers=(127\.0\.0\.1:\d+)")]
    private static partial Regex Address();
}

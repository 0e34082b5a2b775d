namespace Holdfast.Platform.Telemetry;

/// <summary>
/// Takes log lines from all threads and writes them in large blocks from one thread of its own: a caller pays for copying its bytes. A line
/// is written within 100 ms, and at the end. Where the reader of the log is slower than we are, lines beyond the bound are dropped and
/// counted, and the log says how many: a slow log never slows an order.
/// </summary>
public sealed class LogSink : IDisposable
{
    private const int EnoughBytes = 64 * 1024;
    private const int MaxBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    private readonly Lock _stream = new();
    private readonly object _gate = new();
    private readonly Stream _target;
    private readonly Func<long, byte[]> _sayDropped;
    private readonly Thread _writer;
    private byte[] _filling = new byte[2 * EnoughBytes];
    private byte[] _writing = new byte[2 * EnoughBytes];
    private int _filled;
    private long _dropped;
    private bool _ended;

    /// <param name="target">Written from one thread at a time; flushed after every block.</param>
    /// <param name="sayDropped">Makes the line that tells how many were dropped.</param>
    public LogSink(Stream target, Func<long, byte[]> sayDropped)
    {
        (_target, _sayDropped) = (target, sayDropped);
        _writer = new Thread(Run) { IsBackground = true, Name = "log" };
        _writer.Start();
        AppDomain.CurrentDomain.UnhandledException += Flush;
        AppDomain.CurrentDomain.ProcessExit += Flush;
    }

    /// <summary>Takes one whole line with its line break.</summary>
    public void Write(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_filled + line.Length > MaxBytes)
            {
                _dropped++;
                return;
            }

            if (_filled + line.Length > _filling.Length)
            {
                Array.Resize(ref _filling, Math.Min(MaxBytes, Math.Max(_filling.Length * 2, _filled + line.Length)));
            }

            line.CopyTo(_filling.AsSpan(_filled));
            var before = _filled;
            _filled += line.Length;
            if (before == 0 || (before < EnoughBytes && _filled >= EnoughBytes))
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Writes what there is, now; gives up after two seconds where the log is not read.</summary>
    public void Flush()
    {
        if (!_stream.TryEnter(EndPatience))
        {
            return;
        }

        try
        {
            byte[] block;
            int length;
            long dropped;
            lock (_gate)
            {
                (block, length, dropped) = (_filling, _filled, _dropped);
                (_filling, _writing) = (_writing, _filling);
                (_filled, _dropped) = (0, 0);
            }

            try
            {
                _target.Write(block, 0, length);
                if (dropped > 0)
                {
                    _target.Write(_sayDropped(dropped));
                }

                _target.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Nobody reads the log any more. Orders go on.
            }
        }
        finally
        {
            _stream.Exit();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            Monitor.Pulse(_gate);
        }

        AppDomain.CurrentDomain.UnhandledException -= Flush;
        AppDomain.CurrentDomain.ProcessExit -= Flush;
        // A reader that has stopped reading must not keep the process from ending.
        _writer.Join(EndPatience);
    }

    private void Flush(object? sender, EventArgs e) => Flush();

    private void Run()
    {
        while (true)
        {
            lock (_gate)
            {
                while (_filled == 0 && !_ended)
                {
                    Monitor.Wait(_gate);
                }

                if (_filled < EnoughBytes && !_ended)
                {
                    Monitor.Wait(_gate, Delay);
                }

                if (_filled == 0 && _ended)
                {
                    return;
                }
            }

            Flush();
        }
    }
}

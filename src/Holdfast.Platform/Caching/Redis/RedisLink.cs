using System.Diagnostics;
using System.Globalization;
using Holdfast.Platform.Caching.Local;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Holdfast.Platform.Caching.Redis;

/// <summary>
/// The connection to Redis and the circuit around it. Five times a second this process publishes a message to itself; while these come
/// back, Redis is used and memory is trusted. A command that fails, or silence, opens the circuit: then nothing waits for Redis any more. A
/// message that comes back closes it, once all that became stale during its absence has been dropped. A Redis that is away, at the start or
/// later, is never an error.
/// </summary>
public sealed partial class RedisLink : IAsyncDisposable
{
    /// <summary>A read that takes longer is answered by the database.</summary>
    public static readonly TimeSpan ReadPatience = TimeSpan.FromMilliseconds(40);

    /// <summary>Nobody waits for a write; but one that takes longer is taken for lost.</summary>
    public static readonly TimeSpan WritePatience = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(15);
    private const int MaxTimeOuts = 4;
    private const int MaxPings = 5;

    private readonly RedisOptions _options;
    private readonly MemoryLevel _memory;
    private readonly RedisNotifications _inbox;
    private readonly CircuitBreaker _circuit;
    private readonly ILogger _log;
    private readonly string _node = Guid.CreateVersion7().ToString("N");
    private readonly List<(RedisChannel Channel, Action<string> Heard)> _subscriptions = [];
    private readonly CancellationTokenSource _end = new();
    private ConnectionMultiplexer? _connection;
    private long _connectedAt;
    private Task _beating = Task.CompletedTask;
    private int _pings;
    private int _timeOuts;
    private long _latency;

    internal RedisLink(RedisOptions options, MemoryLevel memory, ILogger<RedisLink> log)
    {
        (_options, _memory, _log) = (options, memory, log);
        _circuit = new CircuitBreaker(options.ToString(), log);
        _inbox = new RedisNotifications(memory, _node, PingHeard);
        Channel = $"{options.KeyPrefix}cache:{options.Database.ToString(CultureInfo.InvariantCulture)}";
        Listen(Channel, _inbox.Take);
    }

    /// <summary>Redis answers and its messages are heard; otherwise it is not asked.</summary>
    public bool IsUsable => _circuit.IsClosed && _memory.IsTrusted;

    /// <summary>How long the last message took to come back, while it is used.</summary>
    public double? LatencyMs => IsUsable ? Math.Round(TimeSpan.FromTicks(Volatile.Read(ref _latency)).TotalMilliseconds, 3) : null;

    /// <summary>
    /// Raised whenever Redis begins to be used: at the start, and when it is back. It may have been restarted in between.
    /// </summary>
    public event Action? Connected;

    /// <summary>The number of the database, as in the channels of keyspace events.</summary>
    public int Database => _options.Database;

    /// <summary>Drops what became stale while the circuit was open; false where that was not possible.</summary>
    internal Func<Task<bool>> Prepare { get; set; } = () => Task.FromResult(true);

    /// <summary>Whether something may be sent that is dropped or published, even before Redis is read again.</summary>
    internal bool TakesDrops => _circuit.Passes;

    internal string Channel { get; }

    /// <summary>The key with the prefix of this installation.</summary>
    public RedisKey Key(string name) => _options.KeyPrefix + name;

    /// <summary>
    /// Runs a command while Redis is used; null where it is not, or where the answer did not come in time. Never throws for Redis's sake.
    /// </summary>
    public Task<T?> UseAsync<T>(Func<IDatabase, Task<T>> command, TimeSpan patience) where T : class =>
        IsUsable ? RunAsync(c => command(c.GetDatabase(_options.Database)), patience) : Task.FromResult<T?>(null);

    /// <summary>As <see cref="UseAsync"/>, for commands to the server, such as its configuration.</summary>
    public Task<T?> UseServerAsync<T>(Func<IServer, Task<T>> command, TimeSpan patience) where T : class =>
        IsUsable ? RunAsync(c => command(c.GetServer(_options.Host, _options.Port)), patience) : Task.FromResult<T?>(null);

    /// <summary>
    /// Hears the channel from now on, over all reconnections. The handler must not block. Call it before <see cref="Start"/>.
    /// </summary>
    public void Listen(string channel, Action<string> heard) =>
        _subscriptions.Add((new RedisChannel(channel, RedisChannel.PatternMode.Literal), heard));

    /// <summary>Begins to connect, in the background.</summary>
    public void Start() => _beating = Task.Run(BeatAsync);

    /// <summary>Ends the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_end.IsCancellationRequested)
        {
            await _end.CancelAsync();
            await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Close(_connection);
            _end.Dispose();
        }
    }

    /// <summary>A script that drops or publishes.</summary>
    internal Task<RedisResult?> DropAsync(string script, RedisKey[] keys, RedisValue[] values) =>
        TakesDrops ? RunAsync(c => c.GetDatabase(_options.Database).ScriptEvaluateAsync(script, keys, values), WritePatience)
        : Task.FromResult<RedisResult?>(null);

    /// <summary>Something that must not get lost was.</summary>
    internal void Open(string reason) => _circuit.Open(reason);

    private async Task<T?> RunAsync<T>(Func<ConnectionMultiplexer, Task<T>> command, TimeSpan patience) where T : class
    {
        if (_connection is not { } connection)
        {
            return null;
        }

        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                var answer = await Off(command(connection)).WaitAsync(patience);
                Volatile.Write(ref _timeOuts, 0);
                return answer;
            }
            catch (RedisServerException e) when (isFirst && e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
            {
                // Its scripts were flushed; now the client knows and sends them again.
            }
            catch (Exception e) when (e is RedisServerException or RedisCommandException)
            {
                // It answers, but not to this: full, loading, read-only, or a cluster whose slots are apart. That is no reason to ask it
                // nothing.
                return null;
            }
            catch (TimeoutException)
            {
                if (Interlocked.Increment(ref _timeOuts) >= MaxTimeOuts)
                {
                    _circuit.Open("it does not answer in time");
                }

                return null;
            }
            catch (Exception e)
            {
                // Whatever the client throws: no request fails for Redis's sake.
                _circuit.Open(FirstLine(e));
                return null;
            }
        }
    }

    /// <summary>The client completes its tasks on the one thread that reads the socket: what follows must not run there.</summary>
    private static Task<T> Off<T>(Task<T> task) =>
        task.ContinueWith(static t => t, CancellationToken.None, TaskContinuationOptions.RunContinuationsAsynchronously,
        TaskScheduler.Default).Unwrap();

    private async Task BeatAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (!_end.IsCancellationRequested)
        {
            try
            {
                if (_connection is null || (!_memory.IsTrusted && Stopwatch.GetElapsedTime(_connectedAt) > Renewal))
                {
                    await ConnectAsync();
                }

                if (_connection is { } connection && Volatile.Read(ref _pings) < MaxPings)
                {
                    _ = PingAsync(connection);
                }
            }
            catch (Exception e)
            {
                // The next beat tries again.
                _circuit.Open(FirstLine(e));
            }

            if (!_memory.IsTrusted && _circuit.IsClosed)
            {
                _circuit.Open("nothing is heard from it");
            }
            else if (!_circuit.IsClosed && Stopwatch.GetElapsedTime(began) > FirstPatience)
            {
                _circuit.SayDown("it cannot be reached");
            }

            await Task.Delay(Beat, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PingAsync(ConnectionMultiplexer connection)
    {
        Interlocked.Increment(ref _pings);
        try
        {
            var sent = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
            await Off(connection.GetDatabase(_options.Database).ScriptEvaluateAsync(RedisScripts.Ping, [RedisLevel.EpochKey(this)],
                [Guid.CreateVersion7().ToString("N"), Channel, $"{_node} {sent}"]));
        }
        catch (Exception e)
        {
            // Silence is what opens the circuit; why there is silence is for whoever looks closely.
            _log.LogDebug(e, "A ping was not taken");
        }
        finally
        {
            Interlocked.Decrement(ref _pings);
        }
    }

    private void PingHeard(long sent)
    {
        Volatile.Write(ref _latency, Stopwatch.GetElapsedTime(sent).Ticks);
        if (_circuit.IsClosed && _memory.IsTrusted)
        {
            _memory.Heard(sent);
            return;
        }

        // After a silence, what others could not tell during it is dropped before memory is trusted again.
        if (_circuit.IsClosed)
        {
            _circuit.Open("nothing was heard from it");
        }

        _ = Task.Run(() => CloseAsync(sent));
    }

    private async Task CloseAsync(long sent)
    {
        var isClosed = await _circuit.CloseAsync(sent, async () =>
        {
            var isDone = await Prepare();
            if (isDone)
            {
                _memory.Heard(sent);
            }

            return isDone;
        });
        if (isClosed)
        {
            Connected?.Invoke();
        }
    }

    private static string FirstLine(Exception e) => e.Message.Split(['\n', ';'], 2)[0];
}

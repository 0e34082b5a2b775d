using System.Diagnostics;
using System.Globalization;
using Holdfast.Platform.Caching.Local;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Holdfast.Platform.Caching.Redis;

/// <summary>
/// The connection to Redis and the circuit around it. Five times a second this process publishes a ping to itself; while the pings come
/// back, Redis is used and memory is trusted. A failed command, or silence, opens the circuit: from then on nothing waits for Redis. A ping
/// that comes back closes it, once all keys that were invalidated during the outage have been dropped. A missing Redis is never an error,
/// at the start or later.
/// </summary>
public sealed partial class RedisLink : IAsyncDisposable
{
    /// <summary>A read that takes longer is answered by the database.</summary>
    public static readonly TimeSpan ReadPatience = TimeSpan.FromMilliseconds(40);

    /// <summary>Nobody waits for a write; a write that takes longer counts as lost.</summary>
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
    private readonly List<(RedisChannel Channel, Action<string> Handler)> _subscriptions = [];
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
        _inbox = new RedisNotifications(memory, _node, OnPingReturned);
        Channel = $"{options.KeyPrefix}cache:{options.Database.ToString(CultureInfo.InvariantCulture)}";
        Listen(Channel, _inbox.Take);
    }

    /// <summary>Whether Redis answers and its messages arrive; otherwise it is not used.</summary>
    public bool IsUsable => _circuit.IsClosed && _memory.IsTrusted;

    /// <summary>How long the last ping took to come back; null while Redis is not used.</summary>
    public double? LatencyMs => IsUsable ? Math.Round(TimeSpan.FromTicks(Volatile.Read(ref _latency)).TotalMilliseconds, 3) : null;

    /// <summary>
    /// Raised whenever Redis begins to be used: at the start, and after an outage. Redis may have been restarted in between.
    /// </summary>
    public event Action? Connected;

    /// <summary>The number of the database, as in the channels of keyspace events.</summary>
    public int Database => _options.Database;

    /// <summary>Drops the keys that were invalidated while the circuit was open. Returns false if that was not possible.</summary>
    internal Func<Task<bool>> Prepare { get; set; } = () => Task.FromResult(true);

    /// <summary>Whether commands that drop or publish may be sent, even before Redis is read again.</summary>
    internal bool TakesDrops => !_circuit.IsOpen;

    internal string Channel { get; }

    /// <summary>The key with the prefix of this installation.</summary>
    public RedisKey Key(string name) => _options.KeyPrefix + name;

    /// <summary>
    /// Runs a command while Redis is used. Returns null if Redis is not used, or if the answer did not come in time. Never throws because
    /// of Redis.
    /// </summary>
    public Task<T?> UseAsync<T>(Func<IDatabase, Task<T>> command, TimeSpan patience) where T : class =>
        IsUsable ? RunAsync(c => command(c.GetDatabase(_options.Database)), patience) : Task.FromResult<T?>(null);

    /// <summary>As <see cref="UseAsync"/>, for commands to the server, such as its configuration.</summary>
    public Task<T?> UseServerAsync<T>(Func<IServer, Task<T>> command, TimeSpan patience) where T : class =>
        IsUsable ? RunAsync(c => command(c.GetServer(_options.Host, _options.Port)), patience) : Task.FromResult<T?>(null);

    /// <summary>
    /// Subscribes to the channel, across all reconnections. The handler must not block. Call it before <see cref="Start"/>.
    /// </summary>
    public void Listen(string channel, Action<string> handler) =>
        _subscriptions.Add((new RedisChannel(channel, RedisChannel.PatternMode.Literal), handler));

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

    /// <summary>Runs a script that drops or publishes.</summary>
    internal Task<RedisResult?> DropAsync(string script, RedisKey[] keys, RedisValue[] values) =>
        TakesDrops ? RunAsync(c => c.GetDatabase(_options.Database).ScriptEvaluateAsync(script, keys, values), WritePatience)
        : Task.FromResult<RedisResult?>(null);

    /// <summary>Opens the circuit because a command that must not get lost was lost.</summary>
    internal void OpenCircuit(string reason) => _circuit.Trip(reason);

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
                    _circuit.Trip("it does not answer in time");
                }

                return null;
            }
            catch (Exception e)
            {
                // Whatever the client throws: no request fails for Redis's sake.
                _circuit.Trip(FirstLine(e));
                return null;
            }
        }
    }

    /// <summary>The client completes its tasks on the one thread that reads the socket: continuations must not run there.</summary>
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
                _circuit.Trip(FirstLine(e));
            }

            if (!_memory.IsTrusted && _circuit.IsClosed)
            {
                _circuit.Trip("nothing is heard from it");
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

    private void OnPingReturned(long sent)
    {
        Volatile.Write(ref _latency, Stopwatch.GetElapsedTime(sent).Ticks);
        if (_circuit.IsClosed && _memory.IsTrusted)
        {
            _memory.Confirm(sent);
            return;
        }

        // After a silence, what others could not tell during it is dropped before memory is trusted again.
        if (_circuit.IsClosed)
        {
            _circuit.Trip("nothing was heard from it");
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
                _memory.Confirm(sent);
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

using System.Diagnostics;
using StackExchange.Redis;

namespace Holdfast.Platform.Caching.Redis;

/// <summary>How the connection to Redis is made and closed.</summary>
public sealed partial class RedisLink
{
    private async Task ConnectAsync()
    {
        Close(_connection);
        _connection = null;
        var connection = await ConnectionMultiplexer.ConnectAsync(Configuration());
        connection.ConnectionFailed += (_, e) =>
        {
            if (!_end.IsCancellationRequested && ReferenceEquals(connection, _connection))
            {
                _circuit.Trip($"the connection is lost ({e.FailureType})");
            }
        };
        (_connection, _connectedAt) = (connection, Stopwatch.GetTimestamp());
        foreach (var (channel, handler) in _subscriptions)
        {
            await connection.GetSubscriber().SubscribeAsync(channel, (_, value) => handler((string?)value ?? ""));
        }
    }

    private ConfigurationOptions Configuration()
    {
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            // CONFIG SET notify-keyspace-events is a command for administrators.
            AllowAdmin = true,
            ClientName = "holdfast",
            ConfigurationChannel = "",
            ConnectRetry = 1,
            ConnectTimeout = 1000,
            DefaultDatabase = _options.Database,
            KeepAlive = 5,
            Password = _options.Password,
            ReconnectRetryPolicy = new LinearRetry(200),
            Ssl = _options.Tls,
            SyncTimeout = 1000,
            TieBreaker = "",
        };
        configuration.EndPoints.Add(_options.Host, _options.Port);
        return configuration;
    }

    private static void Close(ConnectionMultiplexer? connection)
    {
        if (connection is not null)
        {
            // It may wait for a Redis that hangs; nobody waits for it.
            _ = Task.Run(connection.Dispose);
        }
    }
}

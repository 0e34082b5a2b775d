using RabbitMQ.Client;

namespace Holdfast.Platform.Messaging.Transports.RabbitMq;

/// <summary>
/// Opens and closes connections to RabbitMQ in bounded time. The client's own limits do not end every wait for a silent broker.
/// </summary>
internal static class RabbitMqConnections
{
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(1);

    /// <summary>Connects. Throws <see cref="TimeoutException"/> after ten seconds.</summary>
    /// <param name="patience">How long a command on the connection may take.</param>
    public static async Task<IConnection> OpenAsync(string url, TimeSpan patience, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Opening);
        var opening = Factory(url, patience).CreateConnectionAsync(limit.Token);
        try
        {
            return await opening.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException("it does not answer");
        }
        finally
        {
            if (!opening.IsCompleted)
            {
                _ = EndLateAsync(opening);
            }
        }
    }

    /// <summary>Closes a connection within two seconds, whatever the broker does.</summary>
    public static async Task EndAsync(IConnection connection)
    {
        try
        {
            await CloseAsync(connection).WaitAsync(2 * Closing);
        }
        catch (TimeoutException)
        {
            // The broker is silent. It gives what was not acknowledged to others when it finds the connection gone.
        }
    }

    private static async Task CloseAsync(IConnection connection)
    {
        await connection.CloseAsync(Constants.ReplySuccess, "", Closing, abort: true, CancellationToken.None);
        await connection.DisposeAsync();
    }

    /// <summary>Closes a connection that was made after its caller had stopped waiting.</summary>
    private static async Task EndLateAsync(Task<IConnection> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            await EndAsync(await opening);
        }
    }

    private static ConnectionFactory Factory(string url, TimeSpan patience) => new()
    {
        Uri = new Uri(url),
        // We connect again ourselves, and declare everything again.
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        ContinuationTimeout = patience,
        HandshakeContinuationTimeout = TimeSpan.FromSeconds(5),
        RequestedHeartbeat = TimeSpan.FromSeconds(10),
        ClientProvidedName = "holdfast",
    };
}

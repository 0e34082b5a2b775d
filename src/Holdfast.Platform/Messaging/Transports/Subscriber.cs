namespace Holdfast.Platform.Messaging.Transports;

/// <summary>The receiver of a subscription's messages.</summary>
/// <param name="Handle">Handles messages. They count as handled when it returns.</param>
public sealed record Subscriber(Func<IReadOnlyList<Message>, Task> Handle)
{
    /// <summary>Called when the broker has kept no messages for the group, or not all, before it begins to keep new ones.</summary>
    public Func<Task> Lost { get; init; } = () => Task.CompletedTask;

    /// <summary>Called when all new messages arrive: at least once for each connection, and after <see cref="Lost"/>.</summary>
    public Func<Task> Ready { get; init; } = () => Task.CompletedTask;
}

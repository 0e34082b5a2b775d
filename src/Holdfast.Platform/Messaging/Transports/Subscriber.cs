namespace Holdfast.Platform.Messaging.Transports;

/// <summary>Whoever takes the messages of a subscription.</summary>
/// <param name="Handle">Handles messages. They are taken as handled when it returns.</param>
public sealed record Subscriber(Func<IReadOnlyList<Message>, Task> Handle)
{
    /// <summary>
    /// Called when the broker has kept nothing for the group, or not all: before it begins to keep what is sent from now on.
    /// </summary>
    public Func<Task> Lost { get; init; } = () => Task.CompletedTask;

    /// <summary>
    /// Called when all that is sent from now on arrives: at least once for each connection, and after <see cref="Lost"/>.
    /// </summary>
    public Func<Task> Ready { get; init; } = () => Task.CompletedTask;
}

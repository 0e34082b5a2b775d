
namespace Holdfast.Notifications.Core;

/// <summary>
/// What a letter may say to a mailbox of which nobody has shown that it is the buyer's: it may be anybody's, and the words of the order are
/// then a stranger's.
/// </summary>
/// <param name="ConfirmLink">With it the buyer confirms an order on delivery that waits for that.</param>
/// <param name="TellsReason">Whether somebody of the shop gave the reason of a cancellation.</param>
public sealed record UnverifiedMailbox(string? ConfirmLink, bool TellsReason);

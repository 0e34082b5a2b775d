
namespace Holdfast.Notifications;

/// <summary>Whom an order's messages go to.</summary>
/// <param name="IsProved">Money has come, or a mailed link was used: the mailbox is the buyer's.</param>
internal sealed record Buyer(Guid OrderId, bool IsGuest, string Email, string Phone, bool IsProved);

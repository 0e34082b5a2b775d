
namespace Holdfast.Notifications.Core;

/// <summary>A code with what it takes off.</summary>
public sealed record OrderEventDiscount(string Code, long Amount);

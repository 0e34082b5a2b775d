
namespace Holdfast.Notifications.Core;

/// <summary>Whose order it is.</summary>
public sealed record OrderEventCustomer(string Email, string? Name);

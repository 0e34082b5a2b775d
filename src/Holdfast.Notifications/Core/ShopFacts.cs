
namespace Holdfast.Notifications.Core;

/// <summary>What a mail needs to know about the shop.</summary>
/// <param name="TimeZone">IANA; times are told on its clocks.</param>
public sealed record ShopFacts(string Name, string TimeZone);

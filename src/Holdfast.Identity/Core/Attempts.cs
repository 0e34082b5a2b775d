
namespace Holdfast.Identity.Core;

/// <summary>The failed sign-ins of an account from one origin, or of all strangers together; the one under way included.</summary>
internal sealed record Attempts(int Failures, DateTime LastAt, DateTime? BlockedUntil);

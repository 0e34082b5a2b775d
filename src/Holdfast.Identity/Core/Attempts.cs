
namespace Holdfast.Identity.Core;

/// <summary>The failed sign-ins of an account from one origin, or from all strangers together, including the current one.</summary>
internal sealed record Attempts(int Failures, DateTime LastAt, DateTime? BlockedUntil);

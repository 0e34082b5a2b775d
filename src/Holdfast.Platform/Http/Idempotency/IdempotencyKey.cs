
namespace Holdfast.Platform.Http.Idempotency;

/// <summary>What identifies a request for replays: a hash of caller, route and key, and the fingerprint of route and raw body.</summary>
public sealed record IdempotencyKey(Guid Hash, byte[] Fingerprint);

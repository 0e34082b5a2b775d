
namespace Holdfast.Webhooks.Sending;

/// <summary>What came of a try.</summary>
/// <param name="HttpStatus">Null where there was no answer.</param>
/// <param name="Error">Null: it was taken (2xx).</param>
internal sealed record Outcome(int? HttpStatus, string? Error, TimeSpan Duration);

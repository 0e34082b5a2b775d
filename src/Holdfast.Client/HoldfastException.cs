using System.Text.Json;

namespace Holdfast.Client;

/// <summary>
/// A call that was refused or failed. A refusal has a <see cref="Code"/>, which never changes between releases; without an answer there is
/// no <see cref="Status"/>, and the inner exception says why. A call that its caller cancelled throws
/// <see cref="OperationCanceledException"/> instead.
/// </summary>
public sealed class HoldfastException : Exception
{
    internal HoldfastException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>The HTTP status; null where no answer came.</summary>
    public int? Status { get; internal init; }

    /// <summary>The refusal's code, such as <c>insufficient_stock</c>; null where the answer was not of Holdfast.</summary>
    public string? Code { get; internal init; }

    /// <summary>One sentence in English; null where the answer was not of Holdfast.</summary>
    public string? Title { get; internal init; }

    /// <summary>One sentence in the language that was asked for; null where the answer was not of Holdfast.</summary>
    public string? Detail { get; internal init; }

    /// <summary>What is wrong with the body or the query, by the member's path such as <c>lines[0].quantity</c>; empty where nothing
    /// is.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; internal init; } = new Dictionary<string, string[]>();

    /// <summary>What else the refusal tells, by name, such as <c>shortages</c> or <c>allowed</c>; empty where there is nothing.</summary>
    public IReadOnlyDictionary<string, JsonElement> Facts { get; internal init; } = new Dictionary<string, JsonElement>();

    /// <summary>By which the server's log knows the call; null where the answer was not of Holdfast.</summary>
    public string? TraceId { get; internal init; }

    /// <summary>How long to wait before the call is repeated; null where the answer does not say.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>The key of the call: the same call with it gets the answer of what was done; null where it had none.</summary>
    public string? IdempotencyKey { get; internal init; }

    /// <summary>Of <c>insufficient_stock</c>: what cannot be had; else empty.</summary>
    public IReadOnlyList<Shortage> Shortages => Facts.TryGetValue("shortages", out var value)
        ? value.Deserialize(HoldfastJson.Default.IReadOnlyListShortage) ?? [] : [];
}

using System.Text.Json;

namespace Holdfast.Commands.Shop;

/// <summary>What a server answered. <c>Status</c> 0: nothing, within the client's patience; <c>Body</c> then says why.</summary>
/// <param name="Replayed">It is the stored answer to an earlier request with the same key.</param>
internal sealed record Answer(int Status, JsonElement Body, bool Replayed)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The code of the problem document, or what stands for it.</summary>
    public string Code => Member("code") ?? (Status == 0 ? "no_answer" : $"http_{Status}");

    /// <summary>A text member of the body.</summary>
    public string? Member(string name) => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A whole number of the body, 0 where it is absent.</summary>
    public long Number(string name) => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var value)
        && value.TryGetInt64(out var number) ? number : 0;

    /// <summary>One line for a person.</summary>
    public string Explain() => Status == 0 ? $"no answer: {Member("detail")}"
        : $"{Status} {Code}{(Member("detail") is { } detail ? $": {detail}" : "")}{Errors()}";

    private string Errors() => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("errors", out var errors)
        ? $" {errors.GetRawText()}" : "";
}

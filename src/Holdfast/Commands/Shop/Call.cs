
namespace Holdfast.Commands.Shop;

/// <summary>A request: who sends it (a member of staff or a guest, perhaps with an order's access key) and its Idempotency-Key.</summary>
internal sealed record Call(HttpMethod Method, string Path, object? Body = null, string? Key = null, bool AsStaff = false,
    string? AccessKey = null)
{
    public static Call Get(string path, string? accessKey = null) =>
        new(HttpMethod.Get, path, AsStaff: accessKey is null, AccessKey: accessKey);

    public static Call Post(string path, object body, string key) => new(HttpMethod.Post, path, body, key, AsStaff: true);
}

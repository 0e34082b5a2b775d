using Holdfast.Identity.Secrets;
using Holdfast.Platform.Data;

namespace Holdfast.Webhooks;

/// <summary>Secrets as they lie in the table: encrypted where the installation has a key for that.</summary>
internal static class WebhookSecrets
{
    private const string Prefix = "whsec_";

    public static string Show(byte[] secret) => Prefix + Convert.ToBase64String(secret);

    public static (byte[] Value, bool IsSealed) Seal(SecretBox box, Guid endpoint, byte[] secret) => box.HasKey
        ? (box.Seal(Name(endpoint), secret), true) : (secret, false);

    public static byte[] Open(SecretBox box, Guid endpoint, byte[] value, bool isSealed) => isSealed ? box.Open(Name(endpoint), value)
        : value;

    /// <summary>Encrypts all secrets again with the key of the box, on the caller's transaction. Returns their number.</summary>
    public static async Task<int> ResealAsync(Tx tx, SecretBox box)
    {
        var all = await tx.QueryAsync("SELECT id, secret, is_sealed FROM webhook_endpoints ORDER BY id {lock}",
            r => (Id: r.Uuid(0), Secret: r.Bytes(1), IsSealed: r.Bool(2)));
        var batch = tx.Batch();
        foreach (var (id, secret, isSealed) in all)
        {
            batch.Execute("UPDATE webhook_endpoints SET secret = $2, is_sealed = $3 WHERE id = $1", id,
                box.Seal(Name(id), Open(box, id, secret, isSealed)), true);
        }

        await batch.RunAsync();
        return all.Count;
    }

    private static string Name(Guid endpoint) => $"webhook-endpoint:{endpoint}";
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Platform.Http.Bodies;

namespace Holdfast.Identity.External;

/// <summary>One public key of a JSON Web Key Set (RFC 7517): RSA of at least 2048 bits, or P-256.</summary>
internal sealed class ExternalKey
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    private ExternalKey(string id, RSA? rsa, ECDsa? ecdsa) => (Id, _rsa, _ecdsa) = (id, rsa, ecdsa);

    public string Id { get; }

    /// <summary>Whether the signature is this key's, under the one algorithm that the key is for.</summary>
    public bool Verifies(string algorithm, string[] parts)
    {
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signature = System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]);
        lock (this)
        {
            return algorithm == "RS256" && _rsa?.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) == true
                || algorithm == "ES256" && _ecdsa?.VerifyData(signed, signature, HashAlgorithmName.SHA256) == true;
        }
    }

    /// <summary>
    /// The keys for signatures; others, and what cannot be read, are passed over. Throws a <see cref="JsonException"/> at what is no key
    /// set.
    /// </summary>
    public static IReadOnlyList<ExternalKey> ReadAll(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("keys", out var keys)
            && keys.ValueKind == JsonValueKind.Array
            ? [.. keys.EnumerateArray().Where(k => k.ValueKind == JsonValueKind.Object).Select(Read).OfType<ExternalKey>()]
            : throw new JsonException("there is no list of keys");
    }

    private static ExternalKey? Read(JsonElement key)
    {
        string? Member(string name) => key.TryGetProperty(name, out var value) ? JsonBodyReader.StringOrNull(value) : null;
        byte[] Bytes(string name) => System.Buffers.Text.Base64Url.DecodeFromChars(Member(name) ?? "");
        if (Member("use") is not (null or "sig"))
        {
            return null;
        }

        try
        {
            if (Member("kty") == "RSA" && Member("alg") is null or "RS256")
            {
                // What is not there or not text is empty, and the framework does not refuse that as it refuses other nonsense.
                var (n, e) = (Bytes("n"), Bytes("e"));
                if (n.Length == 0 || e.Length == 0)
                {
                    return null;
                }

                var rsa = RSA.Create(new RSAParameters { Modulus = n, Exponent = e });
                return rsa.KeySize >= 2048 ? new ExternalKey(Member("kid") ?? "", rsa, null) : null;
            }

            return Member("kty") == "EC" && Member("crv") == "P-256" && Member("alg") is null or "ES256"
                ? new ExternalKey(Member("kid") ?? "", null,
                ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") } }))
                : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }
}

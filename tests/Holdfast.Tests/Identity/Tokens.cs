using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Identity.SigningKeys;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Data;

namespace Holdfast.Tests.Identity;

/// <summary>Tokens made by hand, byte for byte, as somebody would who attacks or who has our key.</summary>
internal static class Tokens
{
    public static byte[] Decode(string text) => Base64Url.DecodeFromChars(text);

    public static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    /// <summary>
    /// As <see cref="Encode"/>; of characters beyond ASCII the lowest byte alone, so that <c>ÿ</c> is 0xFF, which no UTF-8 has.
    /// </summary>
    public static string EncodeRaw(string json) => Base64Url.EncodeToString(Encoding.Latin1.GetBytes(json));

    public static string Sign(ECDsa key, string header, string payload) => SignEncoded(key, $"{Encode(header)}.{Encode(payload)}");

    /// <summary>Signs what <see cref="EncodeRaw"/> makes of both parts.</summary>
    public static string SignRaw(ECDsa key, string header, string payload) => SignEncoded(key, $"{EncodeRaw(header)}.{EncodeRaw(payload)}");

    /// <summary>
    /// Texts that are JSON by their form and no Unicode: an unpaired surrogate, and a byte that no UTF-8 has (for <see cref="EncodeRaw"/>).
    /// </summary>
    public static IReadOnlyList<string> NoUnicode { get; } = ["\\ud800", "\\udc00\\ud800", "ÿ", "À¯"];

    /// <summary>
    /// The JSON with one of its texts replaced, each in turn, by each of <see cref="NoUnicode"/>; and with a name that is none added.
    /// </summary>
    public static IEnumerable<string> Spoilt(string json)
    {
        foreach (var bad in NoUnicode)
        {
            foreach (var text in System.Text.RegularExpressions.Regex.Matches(json, "(?<=[:\\[,]\\s*\")[^\"]*(?=\"\\s*[,}\\]])")
                .Cast<System.Text.RegularExpressions.Match>())
            {
                yield return json[..text.Index] + bad + json[(text.Index + text.Length)..];
                yield return json[..text.Index] + text.Value + bad + json[(text.Index + text.Length)..];
            }

            yield return $"{json.TrimEnd()[..^1]},\"{bad}\":1}}";
        }
    }

    private static string SignEncoded(ECDsa key, string signed) =>
        $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";

    public static string Header(SigningKeyRing keys, string alg = "ES256", string more = "") =>
        $$"""{"alg":"{{alg}}","kid":"{{keys.Public.Kid}}","typ":"JWT"{{more}}}""";

    /// <summary>What we put into a token, with the differences of a test.</summary>
    public static string Payload(DateTimeOffset now, string iss = TokenReader.Issuer, string aud = TokenReader.Audience,
        string role = "admin", int notBefore = 0, int expires = 900, string more = "") =>
        $$"""
        {"iss":"{{iss}}","aud":"{{aud}}","sub":"01900000-0000-7000-8000-0000000000aa","role":"{{role}}","email":"a@example.com","name":null,"stores":[],
        "iat":{{now.ToUnixTimeSeconds()}},"nbf":{{now.ToUnixTimeSeconds() + notBefore}},"exp":{{now.ToUnixTimeSeconds() + expires}}{{more}}}
        """;

    /// <summary>The installation's private key.</summary>
    public static async Task<ECDsa> PrivateKeyAsync(Db db)
    {
        var pkcs8 = await db.ReadAsync(s => s.FirstAsync("SELECT value FROM secrets WHERE name = 'token-signing-key-1'", r => r.Bytes(0)));
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key;
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using Holdfast.Orders.Core;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Carts;

/// <summary>
/// Whose cart a request means: a signed-in customer's own, else that of whoever holds the token in <c>X-Cart-Token</c>. Staff and services
/// have none of their own: they use a token, as a visitor does.
/// </summary>
/// <param name="Key">As it is stored.</param>
/// <param name="Buyer">The key under which the account's purchases are counted; empty where nobody is known.</param>
/// <param name="NewToken">A token made for this request, because it had none; to be told in its answer.</param>
/// <param name="Visitor">The key of the visitor's cart that a customer brings along, to be merged; else null.</param>
/// <param name="Customer">The account, where it is a customer's.</param>
internal sealed record CartOwner(string Key, string Buyer, string? NewToken, string? Visitor, Guid? Customer = null)
{
    public const string Header = "X-Cart-Token";
    private const int TokenBytes = 32;

    public bool IsCustomer => Customer is not null;

    public static CartOwner Of(Request request)
    {
        var token = Read(request.Header(Header));
        if (request.Caller is { Role: Role.Customer, Subject: { } customer })
        {
            return new CartOwner(KeyOf(customer), BuyerKeys.OfAccount(customer), null, token is null ? null : KeyOf(token), customer);
        }

        // What is no token of ours counts as none: the visitor gets one that works.
        var made = token is null ? RandomNumberGenerator.GetBytes(TokenBytes) : null;
        return new CartOwner(KeyOf(token ?? made!), "", made is null ? null : Base64Url.EncodeToString(made), null);
    }

    public static string KeyOf(Guid customer) => $"customer:{customer}";

    private static string KeyOf(byte[] token) => $"token:{Convert.ToHexStringLower(SHA256.HashData(token))}";

    private static byte[]? Read(string? text)
    {
        var token = new byte[TokenBytes];
        return text is { Length: 43 } && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, token, out var written)
            && written == TokenBytes ? token : null;
    }
}

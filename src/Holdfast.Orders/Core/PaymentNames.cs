using Holdfast.Platform.Text;

namespace Holdfast.Orders.Core;

/// <summary>
/// The canonical form of the names of providers and transactions, so that a payment that is reported twice is recorded once.
/// </summary>
public static class PaymentNames
{
    private const int MaxProvider = 60;

    /// <summary>
    /// Without blanks around it, capitals as small letters. Only ASCII is folded: what only looks like a letter makes no other name.
    /// </summary>
    public static string FoldProvider(string name) =>
        string.Concat(name.Trim().Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : c));

    /// <summary>
    /// Without what nobody sees, and without blanks around it: a copied id often brings a zero-width space or a direction mark along.
    /// Capitals stay, because providers tell their ids apart by them.
    /// </summary>
    public static string FoldTransaction(string id) => UnicodeText.Visible(id).Trim();

    /// <summary>Whether a folded name is one: 1 to 60 of a to z, 0 to 9 and _.</summary>
    public static bool IsProvider(string folded) =>
        folded.Length is > 0 and <= MaxProvider && folded.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}

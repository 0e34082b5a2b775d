using System.Globalization;
using System.Text;
using Holdfast.Catalog.Core;

namespace Holdfast.Notifications.Core;

/// <summary>
/// Amounts as people read them: in the form of the currency's own country where it has one, otherwise in that of the language.
/// </summary>
public static class Amounts
{
    /// <param name="Before">Before the digits: its sign, with a blank where there is one.</param>
    private sealed record Form(string Before, string After, char Group, char Point);

    private static readonly Dictionary<string, Form> Own = new(StringComparer.Ordinal)
    {
        ["VND"] = new("", " ₫", '.', ','),
        ["BRL"] = new("R$ ", "", '.', ','),
        ["IDR"] = new("Rp ", "", '.', ','),
        ["USD"] = new("$", "", ',', '.'),
        ["GBP"] = new("£", "", ',', '.'),
        ["JPY"] = new("¥", "", ',', '.'),
        ["CNY"] = new("CN¥", "", ',', '.'),
        ["KRW"] = new("₩", "", ',', '.'),
        ["THB"] = new("฿", "", ',', '.'),
        ["AUD"] = new("A$", "", ',', '.'),
        ["CAD"] = new("CA$", "", ',', '.'),
        ["SGD"] = new("S$", "", ',', '.'),
    };

    /// <summary>
    /// 1250000 VND is <c>1.250.000 ₫</c>, 1250 USD <c>$12.50</c>, 5890 BRL <c>R$ 58,90</c>, 1250 EUR <c>€12.50</c> or, in Vietnamese,
    /// <c>12,50 €</c>.
    /// </summary>
    /// <param name="minorUnits">Of the currency (ISO 4217).</param>
    /// <param name="language"><c>vi</c> or <c>en</c>; of the currencies without a form of their own.</param>
    public static string Format(long minorUnits, string currency, string language)
    {
        var vietnamese = language == "vi";
        var form = Own.TryGetValue(currency, out var own) ? own
            : currency == "EUR" ? (vietnamese ? new Form("", " €", '.', ',') : new Form("€", "", ',', '.'))
            : vietnamese ? new Form("", $" {currency}", '.', ',') : new Form($"{currency} ", "", ',', '.');
        var text = Money.Format(minorUnits, Currencies.Digits(currency) ?? 2);
        var negative = text[0] == '-';
        var number = negative ? text.AsSpan(1) : text;
        var point = number.IndexOf('.');
        var whole = point < 0 ? number : number[..point];
        var result = new StringBuilder(negative ? "-" : "").Append(form.Before);
        for (var i = 0; i < whole.Length; i++)
        {
            if (i > 0 && (whole.Length - i) % 3 == 0)
            {
                result.Append(form.Group);
            }

            result.Append(whole[i]);
        }

        if (point >= 0)
        {
            result.Append(form.Point).Append(number[(point + 1)..]);
        }

        return result.Append(form.After).ToString();
    }

    /// <summary>A count with the language's separators: <c>1.250</c> or <c>1,250</c>.</summary>
    public static string Count(long count, string language)
    {
        var text = count.ToString("N0", CultureInfo.InvariantCulture);
        return language == "vi" ? text.Replace(',', '.') : text;
    }
}
